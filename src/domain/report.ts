/**
 * What an agent can say while it works (source: the report channel of the product's behaviours). Every report is a
 * claim: it is kept and shown, and the next agent is told of it. Only an L2 gap has a consequence, and that one never
 * makes a task more done: it waits for a person.
 */
import { z } from 'zod';
import { oneLine } from '../util/harmless-text.ts';
import { err, ok, type Result } from '../util/result.ts';
import { unreachable } from '../util/unreachable.ts';

const sentence = z.string().trim().min(1, 'must not be empty').max(2_000);
const remark = z.string().trim().max(2_000);

const progressSchema = z
  .strictObject({
    type: z.literal('progress'),
    percent: z.number().min(0).max(100).describe('How much of the task is done, 0 to 100.'),
    next: z.string().trim().max(200).default('').describe('What comes next, in a few words.'),
  })
  .describe('How far you are. Shown to people who watch.');

const blockerSchema = z
  .strictObject({
    type: z.literal('blocker'),
    kind: z
      .enum(['technical', 'requirement', 'dependency'])
      .describe('What it is about: tools and code, what is asked for, or work that is not there yet.'),
    message: sentence.describe('What stops you.'),
    tried: remark.default('').describe('What you tried.'),
  })
  .describe('Something that stops you. The next agent is told of it.');

const gapSchema = z
  .strictObject({
    type: z.literal('gap'),
    level: z
      .enum(['L0', 'L1', 'L2'])
      .describe(
        'L0: trivial, you settled it. L1: contained, you go on under an assumption. L2: significant, a person has to decide; the task waits for that.',
      ),
    missing: sentence.describe('What is missing or contradictory.'),
    assumption: remark.default('').describe('What you assume; needed for L1.'),
    options: z
      .array(sentence)
      .max(10)
      .readonly()
      .default([])
      .describe('Ways to decide it, one sentence each; for L2.'),
  })
  .refine((gap) => gap.level !== 'L1' || gap.assumption !== '', {
    path: ['assumption'],
    message: 'an L1 gap needs the assumption you go on under',
  })
  .describe('Something the task does not say and you need to know.');

const criterionClaimSchema = z
  .strictObject({
    type: z.literal('criterion'),
    id: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .describe('The id of the acceptance criterion, as the brief has it.'),
    claim: z.enum(['met', 'not-met', 'partly']),
    where: z.string().trim().max(500).default('').describe('The file and line, or the test, that shows it.'),
    note: remark.default('').describe('What else is to be known.'),
  })
  .describe('Where a criterion stands. A claim: gates decide.');

const questionSchema = z
  .strictObject({ type: z.literal('question'), text: sentence.describe('The question.') })
  .describe('A question. Nobody answers during an attempt; it is kept for people.');

/** One schema per kind of report, by its name. */
export const reportSchemas = {
  progress: progressSchema,
  blocker: blockerSchema,
  gap: gapSchema,
  criterion: criterionClaimSchema,
  question: questionSchema,
} as const;

export const reportSchema = z.discriminatedUnion('type', [
  progressSchema,
  blockerSchema,
  gapSchema,
  criterionClaimSchema,
  questionSchema,
]);
export type Report = z.infer<typeof reportSchema>;

/** An agent's report as it was taken in; `at` in ms since the epoch. */
export interface FiledReport {
  readonly at: number;
  readonly report: Report;
}

/** One more report on an attempt's list; of progress, only the newest is kept. */
export function withReport(reports: readonly FiledReport[], filed: FiledReport): readonly FiledReport[] {
  const kept =
    filed.report.type === 'progress' ? reports.filter(({ report }) => report.type !== 'progress') : reports;
  return [...kept, filed];
}

/** The last L2 gap: what a person has to decide before the task can go on. */
export function significantGap(
  reports: readonly FiledReport[],
): Extract<Report, { type: 'gap' }> | undefined {
  const gaps = reports.flatMap(({ report }) => (report.type === 'gap' ? [report] : []));
  return gaps.findLast(({ level }) => level === 'L2');
}

/** Errors: one sentence for the agent, for a criterion that its task does not have. */
export function checkCriterion(
  report: Report,
  criteria: readonly { readonly id: string }[],
): Result<void, string> {
  if (report.type !== 'criterion' || criteria.some(({ id }) => id === report.id)) return ok(undefined);
  const ids = criteria.map(({ id }) => oneLine(id)).join(', ');
  return err(
    `this task has no criterion ${oneLine(report.id)}; ${ids === '' ? 'it has none' : `its criteria are ${ids}`}`,
  );
}

/** What an agent is told when its report was taken. */
export function replyTo(report: Report): string {
  switch (report.type) {
    case 'progress':
      return 'Noted.';
    case 'criterion':
      return 'Noted as a claim; the gates decide.';
    case 'blocker':
      return 'Noted for people and for whoever comes after you.';
    case 'gap':
      return report.level === 'L2'
        ? 'Noted. A person has to decide it: when you end, this task waits for that. Stop here.'
        : 'Noted. Go on.';
    case 'question':
      return 'Noted, but nobody answers while you work. Go on under an assumption and report it as an L1 gap; if that will not do, report an L2 gap and stop.';
    default:
      return unreachable(report);
  }
}

/** One line for people and for briefs, harmless on a terminal. */
export function describeReport(report: Report): string {
  return oneLine(sentenceOf(report));
}

function sentenceOf(report: Report): string {
  switch (report.type) {
    case 'progress':
      return `${Math.round(report.percent)} %${behind(': ', report.next)}`;
    case 'blocker':
      return `${report.kind} blocker: ${report.message}${behind(' · tried: ', report.tried)}`;
    case 'gap':
      return `${report.level} gap: ${report.missing}${behind(' · assumes: ', report.assumption)}${behind(' · options: ', report.options.map((option, index) => `(${index + 1}) ${option}`).join(' '))}`;
    case 'criterion':
      return `${report.id} ${report.claim}${behind(' in ', report.where)}${behind(': ', report.note)}`;
    case 'question':
      return `question: ${report.text}`;
    default:
      return unreachable(report);
  }
}

function behind(label: string, text: string): string {
  return text === '' ? '' : `${label}${text}`;
}
