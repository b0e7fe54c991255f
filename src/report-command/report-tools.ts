import { z } from 'zod';
import { reportSchemas, type Report } from '../domain/report.ts';

/** A tool as MCP lists it, and the kind of report that it makes. */
export interface ReportTool {
  readonly type: Report['type'];
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
  readonly annotations: object;
}

const names: Readonly<Record<Report['type'], string>> = {
  progress: 'report_progress',
  blocker: 'report_blocker',
  gap: 'report_gap',
  criterion: 'report_criterion',
  question: 'ask_question',
};

export const reportTools: readonly ReportTool[] = Object.values(reportSchemas).map(toolOf);

function toolOf(schema: (typeof reportSchemas)[Report['type']]): ReportTool {
  const {
    $schema: _dialect,
    properties = {},
    required = [],
    ...rest
  } = z.toJSONSchema(schema, { io: 'input' });
  const { type: _type, ...others } = properties;
  const type = schema.shape.type.value;
  return {
    type,
    name: names[type],
    description: schema.description ?? '',
    // The kind is in the tool's name.
    inputSchema: { ...rest, properties: others, required: required.filter((name) => name !== 'type') },
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  };
}
