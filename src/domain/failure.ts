/**
 * Why an attempt did not end in a landing, and what that means for its task. Policy reads the kind, never text.
 * Source: the failure kinds of the product's behaviours; attempt limits of source 004, backoff of source 002.
 */
import { z } from 'zod';
import { unreachable } from '../util/unreachable.ts';
import { fractionOf } from './jitter.ts';
import type { Policy } from './policy.ts';

const output = z.string();

export const failureSchema = z.discriminatedUnion('kind', [
  /** The agent ended with its positive signal, and its commit is the same tree as the base. */
  z.object({
    kind: z.literal('no-change'),
    /** What it wanted to do and was not allowed. */
    denied: z.array(z.string()).readonly().optional(),
  }),
  /** A gate failed on the attempt's own commit. */
  z.object({ kind: z.literal('gate'), gate: z.string(), output }),
  /** The merge with what landed meanwhile has textual conflicts. */
  z.object({ kind: z.literal('conflict'), paths: z.array(z.string()).readonly(), onto: z.string() }),
  /** Merges cleanly, but a gate fails on the merged tree. */
  z.object({ kind: z.literal('landing-gate'), gate: z.string(), output, onto: z.string() }),
  /** The agent ended without its positive signal, or said it gave up. */
  z.object({
    kind: z.literal('agent'),
    how: z.enum([
      'gave-up',
      'refused',
      'turn-limit',
      'context-full',
      'truncated',
      'idle',
      'deadline',
      'crashed',
      'api-error',
    ]),
    message: z.string(),
  }),
  z.object({ kind: z.literal('rate-limited'), resetsAt: z.number().optional(), message: z.string() }),
  z.object({ kind: z.literal('budget'), message: z.string() }),
  /** The agent says it cannot go on without an answer. */
  z.object({ kind: z.literal('agent-blocked'), message: z.string() }),
  /** The agent reported an L2 gap: a person has to decide. */
  z.object({ kind: z.literal('gap'), missing: z.string(), options: z.array(z.string()).readonly() }),
  z.object({ kind: z.literal('agent-unavailable'), agent: z.string(), message: z.string() }),
  z.object({ kind: z.literal('agent-auth'), agent: z.string(), message: z.string() }),
  z.object({ kind: z.literal('setup'), output }),
  z.object({ kind: z.literal('gate-unrunnable'), gate: z.string(), message: z.string() }),
  z.object({ kind: z.literal('workspace'), message: z.string() }),
]);
export type Failure = z.infer<typeof failureSchema>;

export type FailureClass =
  'logic' | 'conflict' | 'transient' | 'resource' | 'requirement' | 'budget' | 'environment';

export function classOf(failure: Failure): FailureClass {
  switch (failure.kind) {
    case 'no-change':
    case 'gate':
    case 'landing-gate':
      return 'logic';
    case 'conflict':
      return 'conflict';
    case 'agent':
      return classOfAgentFailure(failure.how);
    case 'rate-limited':
      return 'transient';
    case 'budget':
      return 'budget';
    case 'agent-blocked':
    case 'gap':
      return 'requirement';
    case 'agent-unavailable':
    case 'agent-auth':
    case 'setup':
    case 'gate-unrunnable':
    case 'workspace':
      return 'environment';
    default:
      return unreachable(failure);
  }
}

function classOfAgentFailure(how: Extract<Failure, { kind: 'agent' }>['how']): FailureClass {
  switch (how) {
    case 'crashed':
    case 'api-error':
      return 'transient';
    case 'idle':
    case 'deadline':
      return 'resource';
    case 'gave-up':
    case 'refused':
    case 'turn-limit':
    case 'context-full':
    case 'truncated':
      return 'logic';
    default:
      return unreachable(how);
  }
}

/** What happens to the task next. `delayMs` counts from the failure's own time. */
export type Consequence =
  | { readonly type: 'retry'; readonly delayMs: number }
  | {
      readonly type: 'block';
      readonly because: 'failure' | 'budget' | 'decision-needed';
      readonly message: string;
    }
  /** The environment is at fault, never the task: the session ends with a refusal, the task stays pending. */
  | { readonly type: 'refuse-run' };

/**
 * `failures` are those of the task since a person last re-opened it, oldest first, the new one last; `key` seeds the
 * jitter, so that the same history decides the same.
 */
export function consequenceOf(failures: readonly Failure[], policy: Policy, key: string): Consequence {
  const failure = failures.at(-1);
  if (failure === undefined) throw new Error('Internal error: no failure to judge');
  const kind = classOf(failure);
  switch (kind) {
    case 'environment':
      return { type: 'refuse-run' };
    case 'budget':
      return { type: 'block', because: 'budget', message: describeFailure(failure) };
    case 'requirement':
      return { type: 'block', because: 'decision-needed', message: describeFailure(failure) };
    case 'logic':
    case 'resource':
      return afterOwnFault(failures, policy);
    case 'conflict':
      return countOf(failures, 'conflict') >= policy.maxConflicts
        ? block(`it conflicted with other work ${policy.maxConflicts} times`)
        : { type: 'retry', delayMs: 0 };
    case 'transient':
      return afterTransient(failure, failures, policy, key);
    default:
      return unreachable(kind);
  }
}

function afterOwnFault(failures: readonly Failure[], policy: Policy): Consequence {
  const count = countOf(failures, 'logic') + countOf(failures, 'resource');
  const last = describeFailure(failures.at(-1) as Failure);
  if (count >= policy.maxAttempts)
    return block(`${count} ${count === 1 ? 'attempt' : 'attempts'} failed; the last: ${last}`);
  const signatures = failures.map(signatureOf);
  const same = signatures.filter((signature) => signature === signatures.at(-1)).length;
  if (same >= policy.sameFailureLimit) return block(`the same failure ${same} times: ${last}`);
  return { type: 'retry', delayMs: 0 };
}

function afterTransient(
  failure: Failure,
  failures: readonly Failure[],
  policy: Policy,
  key: string,
): Consequence {
  const count = countOf(failures, 'transient');
  if (count >= policy.maxRedeliveries)
    return block(
      `${count} transient ${count === 1 ? 'failure' : 'failures'}; the last: ${describeFailure(failure)}`,
    );
  // A limit is the agent's: how long that one is left alone is its standing's, and another need not wait.
  if (failure.kind === 'rate-limited') return { type: 'retry', delayMs: 0 };
  const ceiling = Math.min(policy.backoffMs * 2 ** (count - 1), policy.backoffCapMs);
  return { type: 'retry', delayMs: Math.round(ceiling * (0.5 + 0.5 * fractionOf(`${key}/${count}`))) };
}

function block(message: string): Consequence {
  return { type: 'block', because: 'failure', message };
}

function countOf(failures: readonly Failure[], wanted: FailureClass): number {
  return failures.filter((failure) => classOf(failure) === wanted).length;
}

/**
 * Equal for failures that are the same in essence: digits, hex and white space are left out of the output, so
 * that times, line numbers and temporary paths do not make two equal failures differ.
 */
export function signatureOf(failure: Failure): string {
  switch (failure.kind) {
    case 'gate':
    case 'landing-gate':
      return `${failure.kind}/${failure.gate}/${normalise(failure.output)}`;
    case 'agent':
      return `agent/${failure.how}`;
    case 'conflict':
      return `conflict/${failure.onto}/${failure.paths.join(',')}`;
    default:
      return failure.kind;
  }
}

function normalise(text: string): string {
  return text.replace(/0x[0-9a-f]+|\d+|\s+/gi, ' ').slice(-2000);
}

/** One line for people. */
export function describeFailure(failure: Failure): string {
  switch (failure.kind) {
    case 'no-change':
      return failure.denied === undefined
        ? 'the agent changed nothing'
        : `the agent changed nothing, and was denied ${failure.denied.join('; ')}`;
    case 'gate':
      return `gate ${failure.gate} failed`;
    case 'landing-gate':
      return `gate ${failure.gate} failed on the merged tree`;
    case 'conflict':
      return `conflict with landed work in ${failure.paths.join(', ')}`;
    case 'agent':
      return `agent ${failure.how}: ${failure.message}`;
    case 'rate-limited':
      return `rate limited: ${failure.message}`;
    case 'budget':
      return `budget used up: ${failure.message}`;
    case 'agent-blocked':
      return `the agent asks for a decision: ${failure.message}`;
    case 'gap':
      return `L2 gap: ${failure.missing}${failure.options.map((option, index) => ` (${index + 1}) ${option}`).join('')}`;
    case 'agent-unavailable':
      return `agent ${failure.agent} cannot be started: ${failure.message}`;
    case 'agent-auth':
      return `agent ${failure.agent} is not logged in: ${failure.message}`;
    case 'setup':
      return 'the set-up command failed';
    case 'gate-unrunnable':
      return `gate ${failure.gate} cannot be started: ${failure.message}`;
    case 'workspace':
      return `no workspace: ${failure.message}`;
    default:
      return unreachable(failure);
  }
}
