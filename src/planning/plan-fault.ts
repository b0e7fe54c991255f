import type { Code } from '../domain/codes.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Why there is no plan. With `diagnostics`, each names its place; the message then only counts them. */
export interface PlanFault {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}
