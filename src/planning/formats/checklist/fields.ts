/** Fields of tasks in a checklist, and the columns of task tables: what each is called, and what its values mean. */
import type { Risk, Size } from '../../../domain/plan.ts';
import type { ListSection } from './items.ts';

export type FieldKey =
  'status' | 'criteria' | 'tests' | 'risk' | 'dependencies' | 'size' | 'title' | 'description';

const names: readonly (readonly [FieldKey, RegExp])[] = [
  ['status', /^(?:(?:current |task )?status|state|状态|当前状态|狀態|상태|estado|situação)$/],
  [
    'criteria',
    /^(?:(?:success|acceptance|completion|exit) criteria|definition of done|dod|done when|验收标准|完成标准|成功标准|성공 기준|완료 기준|인수 기준|critérios? de (?:aceite|aceitação|sucesso))$/,
  ],
  ['tests', /^(?:tests?|test files|测试|테스트|testes)$/],
  ['risk', /^(?:priority|prio|risk|risk level|优先级|风险|우선순위|prioridade|risco)$/],
  [
    'dependencies',
    /^(?:depends on|dependencies|dependency|deps?|blocked by|prerequisites?|requires|after|依赖|依赖项|前置任务|의존성|선행 작업|depende de|dependências)$/,
  ],
  [
    'size',
    /^(?:est|estimate|estimated|estimated (?:time|effort|hours)|est hours|effort|hours|size|complexity|工作量|预计时间|工期|예상 시간|esforço|estimativa)$/,
  ],
  ['title', /^(?:title|标题|제목|título)$/],
  ['description', /^(?:description|details?|描述|说明|설명|descrição)$/],
];

export function fieldKeyOf(name: string): FieldKey | undefined {
  const plain = plainName(name);
  return names.find(([, pattern]) => pattern.test(plain))?.[0];
}

/** A name of a field or column without marks; no longer than such names are. */
export function plainName(name: string): string {
  return name
    .slice(0, 60)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s#]+/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
}

export interface Field {
  readonly key: FieldKey;
  readonly value: string;
  /** Counts lines from 0. */
  readonly line: number;
  /** Of the value in its line, from 0. */
  readonly column: number;
  /** The piece of the line that is the field, from 0. */
  readonly from: number;
  readonly to: number;
}

/** Further fields of one line are not looked for. */
const maxPieces = 12;
const fieldPattern =
  /^([\s>*_+-]{0,12}(?:[^\p{L}\p{N}\s:*_|]{1,4}\s)?[*_]{0,3})(\p{L}[\p{L} ]{1,30})[*_]{0,3}[ \t]*[:\uff1a][ \t]*[*_]{0,3}[ \t]*/u;

/** `**Priority:** P0 | **Status:** Done` has two. A field whose name is unknown is none. */
export function fieldsOf(text: string, line: number): readonly Field[] {
  const fields: Field[] = [];
  let from = 0;
  for (const piece of text.split(/(?<= )\|(?= )/, maxPieces)) {
    const to = from + piece.length;
    const match = fieldPattern.exec(piece);
    const key = match === null ? undefined : fieldKeyOf(match[2]!);
    if (match !== null && key !== undefined) {
      const column = from + match[0].length;
      fields.push({ key, value: piece.slice(match[0].length).trimEnd(), line, column, from, to });
    }
    from = to + 1;
  }
  return fields;
}

/** Boxes below such words are no tasks, but what must hold when one is done. */
const criteriaWords =
  /^\W*(?:notes?|done when|definition of done|dod|qa|(?:[\w-]+ )?checklist|(?:acceptance|success|exit|completion) (?:criteria|tests?|checks?)|verification|verify)\W*(?:\(.*\)\W*)?$/i;
const otherCriteriaWords =
  /^[^\p{L}\p{N}]*(?:验收标准|完成标准|成功标准|验收条件|检查清单|성공 기준|완료 기준|인수 기준|critérios? de (?:aceite|aceitação|sucesso))[^\p{L}\p{N}]*$/iu;

/** Longer headings tell something else. */
export function namesCriteria(text: string): boolean {
  return text.length <= 120 && (criteriaWords.test(text) || otherCriteriaWords.test(text));
}

const taskWords =
  /(?<![\p{L}\p{N}])(?:tasks?|to-?do(?:s| list)?|checklist|roadmap|backlog|tarefas|pendências)(?![\p{L}\p{N}])|任务|待办|清单|路线图|작업|할 일|로드맵/iu;
const planWords =
  /(?<![\p{L}\p{N}])(?:plans?|steps|progress|milestones|plano|etapas)(?![\p{L}\p{N}])|计划|步骤|进度|계획|단계/iu;

/** Whether a heading, title or file name says that what is below is to be done. */
export function namesTasks(text: string): boolean {
  return taskWords.test(text.slice(0, 200).replace(/[_/]/g, ' '));
}

export function namesPlan(text: string): boolean {
  return namesTasks(text) || planWords.test(text.slice(0, 200).replace(/[_/]/g, ' '));
}

export function riskOfValue(value: string): Risk | undefined {
  const plain = value.slice(0, 80).replace(/[*_`]/g, '').trim();
  if (/^\W*(?:P[01]\b|high|highest|critical|urgent|高|紧急|높음|alt[ao])/iu.test(plain)) return 'High';
  if (/^\W*(?:P2\b|medium|med\b|normal|moderate|中|보통|중간|médi[ao])/iu.test(plain)) return 'Medium';
  return /^\W*(?:P[3-9]\b|low|lowest|低|낮음|baix[ao])/iu.test(plain) ? 'Low' : undefined;
}

const sizeWords: Readonly<Record<string, Size>> = {
  ...{ xs: 'S', s: 'S', small: 'S', simple: 'S', trivial: 'S', 小: 'S', m: 'M', medium: 'M', 中: 'M' },
  ...{ l: 'L', xl: 'L', xxl: 'L', large: 'L', complex: 'L', 大: 'L' },
};

/** In hours of work; a day has eight. */
const units: readonly (readonly [RegExp, number])[] = [
  [/^(?:m|min|mins|minutes?|分钟|분)$/i, 1 / 60],
  [/^(?:h|hrs?|hours?|小时|시간|horas?)$/i, 1],
  [/^(?:d|days?|天|일|dias?)$/i, 8],
  [/^(?:w|wks?|weeks?|周|주|semanas?)$/i, 40],
];

/** Up to two hours is small, more than a day large. Bare numbers say nothing, unless the column counts hours. */
export function sizeOfValue(value: string, name = ''): Size | undefined {
  const plain = value
    .slice(0, 40)
    .replace(/[*_`~\u2248]/g, '')
    .trim();
  const word = plain.toLowerCase();
  if (Object.hasOwn(sizeWords, word)) return sizeWords[word];
  const match = /^<?(?:\d+(?:\.\d+)?\s?[-\u2013]\s?)?(\d+(?:\.\d+)?)\s*(\p{L}*)\+?$/u.exec(plain);
  if (match === null) return undefined;
  const unit = match[2] === '' && /hours/i.test(name) ? 'h' : match[2]!;
  const scale = units.find(([pattern]) => pattern.test(unit))?.[1];
  if (scale === undefined) return undefined;
  const hours = Number(match[1]) * scale;
  return hours <= 2 ? 'S' : hours <= 8 ? 'M' : 'L';
}

/** The fields that a section says of itself: plain lines and bullets without a box, in front of its first heading. */
export function sectionFields(
  section: ListSection,
  lines: readonly { readonly text: string }[],
): readonly Field[] {
  const places = [
    ...section.prose.map(({ line }) => line),
    ...section.items.flatMap(({ sign, isTrailing, line }) =>
      sign === undefined || isTrailing === true ? [line] : [],
    ),
  ];
  return places.toSorted((a, b) => a - b).flatMap((line) => fieldsOf(lines[line]!.text, line));
}
