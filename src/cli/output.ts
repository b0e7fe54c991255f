import { PlanRefusal } from '../app/project.ts';
import type { PlanFormat } from '../domain/plan.ts';
import type { PawlError } from '../domain/refusal.ts';
import { renderDiagnostics } from '../planning/diagnostic.ts';

/** What a command has to say; main prints one of the two forms and exits with the code. */
export interface Output {
  readonly exitCode: number;
  /** Without a line break at the end; empty prints nothing. */
  readonly text: string;
  readonly json: unknown;
}

export interface CommandContext {
  /** Where the command was typed; absolute. */
  readonly folder: string;
  readonly json: boolean;
  readonly backlog?: readonly string[];
  readonly format?: PlanFormat;
  /** Colour may be used on standard output. */
  readonly color: boolean;
  readonly columns: number;
}

/** A refusal as text; a refused backlog shows every fault at its place first. */
export function renderRefusal(error: PawlError, color = false): string {
  const places =
    error instanceof PlanRefusal && error.fault.diagnostics.length > 0
      ? `${renderDiagnostics(error.fault.diagnostics, error.fault.sources, { color })}\n\n`
      : '';
  return `${places}${error.label}: ${error.message}${error.hint === undefined || error.hint === '' ? '' : `\n  → ${error.hint}`}`;
}

export function refusalJson(error: PawlError): object {
  return { error: { code: error.label, message: error.message, hint: error.hint, details: error.details } };
}
