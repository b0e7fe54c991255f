import { z } from 'zod';
import { err, type Result } from '../../util/result.ts';
import type { Workspace } from '../workspace.ts';

export interface ToolContext {
  readonly workspace: Workspace;
  /** The environment of commands: without the key of the model's provider. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborted when the whole run is to end. */
  readonly signal: AbortSignal;
}

/** Something the model may do. What it gives back, right or wrong, is text for the model, of bounded length. */
export interface CoderTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the input. Plain data, so that it does not matter which zod the AI SDK comes with. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** The one argument by which a person recognises the call; empty when the input makes no sense. */
  subjectOf(input: unknown): string;
  /** Does not reject for anything that the model or the workspace can bring about. */
  run(input: unknown, context: ToolContext): Promise<Result<string, string>>;
}

interface ToolDefinition<T> {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType<T>;
  readonly subject: (input: T) => string;
  readonly run: (input: T, context: ToolContext) => Result<string, string> | Promise<Result<string, string>>;
}

export function defineTool<T>({ name, description, input, subject, run }: ToolDefinition<T>): CoderTool {
  const { $schema: _dialect, ...inputSchema } = z.toJSONSchema(input, { io: 'input' });
  return {
    name,
    description,
    inputSchema,
    subjectOf(raw) {
      const parsed = input.safeParse(raw);
      return parsed.success ? subject(parsed.data) : '';
    },
    async run(raw, context) {
      const parsed = input.safeParse(raw);
      return parsed.success ? run(parsed.data, context) : err(faultsOf(parsed.error));
    },
  };
}

function faultsOf(error: z.ZodError): string {
  const faults = error.issues.map((issue) => `${issue.path.join('.') || 'the input'}: ${issue.message}`);
  return `the call cannot be understood: ${faults.join('; ')}`;
}
