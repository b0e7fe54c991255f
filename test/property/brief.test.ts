import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderBrief, type BriefInput, type BriefTemplate } from '../../src/domain/brief.ts';
import type { TaskId } from '../../src/domain/ids.ts';
import { RETRY_LIMIT, retrySections } from '../../src/domain/retry-section.ts';
import { hostileText } from '../rig/hostile-text.ts';
import { makePlan } from '../rig/events.ts';

/** Where a brief holds words of others, this takes the word `name` stands for. */
type Words = (name: string) => string;

function inputOf(words: Words): BriefInput {
  const plan = makePlan([{ id: 'T-001' }, { id: 'T-002' }], { title: words('plan') });
  const [, second] = plan.tasks;
  if (second === undefined) throw new Error('no task');
  const task = {
    ...second,
    title: words('title'),
    description: words('description'),
    criteria: [
      { id: words('criterion'), text: words('text') },
      { id: 'AC-2', text: words('other text') },
    ],
    scope: [words('scope'), 'src/b.ts'],
    testFiles: [words('test')],
    context: { specs: [words('spec')], adrs: [], guides: [words('guide')] },
  };
  return {
    plan,
    task,
    attempt: 2,
    maxAttempts: 5,
    gates: [{ name: 'test', command: 'npm test' }],
    earlier: {
      reports: [{ attempt: 1, text: words('report') }],
      answers: [words('answer')],
    },
    again: { commit: 'abc', reason: words('again') },
    done: [{ id: words('dependency') as TaskId, files: [words('file')] }],
    retry: {
      attempt: 2,
      of: 5,
      previous: {
        number: 1,
        failure: words('failure'),
        files: [words('touched')],
        lastWords: words('last words'),
        output: words('output'),
        falseClaim: true,
      },
      doNotRepeat: [words('lesson')],
    },
  };
}

const MARK = 'Ω';

/**
 * A brief's lines without the quoted ones. What others say must leave them as they are but for the places that the
 * mark stands at.
 */
function ownLines(brief: string): readonly string[] {
  return brief.split('\n').filter((line) => !line.startsWith('>'));
}

const templates: readonly BriefTemplate[] = [
  { kind: 'delegation' },
  { kind: 'code-assist' },
  {
    kind: 'text',
    text: '# Own\n{{title}}\n\n{{description}}\n\n# Then\n\n{{criteria}}\n\n{{reading}}\n{{builds_on}}\n{{again}}\n{{decided}}\n{{reported}}\n{{retry}}\n\n# End',
  },
];

describe('words of others in a brief', () => {
  test.each(templates)('stay in their place in the $kind template, whatever they are', (template) => {
    const skeleton = ownLines(
      renderBrief(
        template,
        inputOf(() => MARK),
      ),
    );
    fc.assert(
      fc.property(fc.infiniteStream(hostileText), (texts) => {
        const words: Words = (name) => {
          const text = texts.next().value ?? '';
          // Something visible at the end, so that no place is empty.
          return name === 'touched' || name === 'file' ? `${text.slice(0, 200)}\na` : `${text}\na`;
        };
        const lines = ownLines(renderBrief(template, inputOf(words)));
        expect(lines).toHaveLength(skeleton.length);
        for (const [at, line] of lines.entries()) {
          const own = skeleton[at] ?? '';
          const [first = '', ...rest] = own.split(MARK);
          expect(line.startsWith(first), `${line} | ${own}`).toBe(true);
          expect(line.endsWith(rest.at(-1) ?? ''), `${line} | ${own}`).toBe(true);
          if (rest.length === 0) expect(line).toBe(own);
          else if (first === '') expect(template.kind).toBe('text');
        }
      }),
      { numRuns: 300 },
    );
  });

  test('hide nothing: no controls, no directions, nothing of zero width between other characters', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const brief = renderBrief(
          { kind: 'delegation' },
          inputOf(() => text),
        );
        expect(brief).not.toMatch(
          /(?![\n\t])\p{Cc}|\p{Cs}|\p{Bidi_Control}|[\u200B\u2060-\u206F\uFEFF\u{E0000}-\u{E0FFF}]/u,
        );
        expect(brief).not.toMatch(/[\u2028\u2029]/);
      }),
    );
  });

  test('about the attempt before take some 2,000 tokens at most', () => {
    const long = fc.tuple(
      hostileText,
      fc.constantFrom('a\n', '\n', 'error: no\n', 'long words '),
      fc.nat(9_000),
    );
    fc.assert(
      fc.property(fc.infiniteStream(long), (texts) => {
        const { retry, earlier } = inputOf(() => {
          const [text, piece, times] = texts.next().value ?? ['', '', 0];
          return text + piece.repeat(times);
        });
        if (retry === undefined) throw new Error('no retry');
        const many = <T>(values: readonly T[]): readonly T[] =>
          values.flatMap((value) => Array<T>(20).fill(value));
        const sections = retrySections(
          { ...earlier, reports: many(earlier.reports) },
          { ...retry, doNotRepeat: many(retry.doNotRepeat) },
        );
        expect(sections.join('\n\n').length).toBeLessThanOrEqual(RETRY_LIMIT);
      }),
      { numRuns: 50 },
    );
  });
});
