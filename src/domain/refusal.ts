import type { Code } from './codes.ts';

export interface RefusalOptions {
  /** The task the refusal is about; printed after the code as `CODE::<task>`. */
  readonly subject?: string;
  /** What to type or change next, one line per step. */
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * A refusal: Pawl will not go on, for a reason a person can act on. The one exception class that users see;
 * bugs are plain `Error`s. `code` is from the closed list in `codes.ts`, each with a page in
 * docs/reference/codes.md.
 */
export class PawlError extends Error {
  override readonly name = 'PawlError';
  readonly code: Code;
  readonly subject: string | undefined;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, options: RefusalOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.subject = options.subject;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  /** `CODE` or `CODE::<subject>`, as printed and as `pawl explain` takes it. */
  get label(): string {
    return this.subject === undefined ? this.code : `${this.code}::${this.subject}`;
  }
}
