/** How people say a status: emojis, and words in the languages that task lists are found in. */
import type { DeclaredStatus } from '../../../domain/plan.ts';

const emojiStates: Readonly<Record<string, DeclaredStatus>> = {
  '\u2705': 'completed',
  '\u2714': 'completed',
  '\u2611': 'completed',
  '\u2713': 'completed',
  '\ud83d\udea7': 'in-progress',
  '\ud83d\udd04': 'in-progress',
  '\u26a0': 'in-progress',
  '\u23f3': 'pending',
  '\u2b1c': 'pending',
  '\ud83d\udd32': 'pending',
  '\ud83d\udccb': 'pending',
  '\u274c': 'pending',
  '\u23f8': 'blocked',
  '\u26d4': 'blocked',
  '\u23ed': 'skipped',
};

/** Colours say a status only where nothing else can be meant: in a status column or field. */
const colourStates: Readonly<Record<string, DeclaredStatus>> = {
  '\ud83d\udfe2': 'completed',
  '\ud83d\udfe1': 'in-progress',
  '\ud83d\udfe0': 'in-progress',
  '\ud83d\udd35': 'in-progress',
  '\u26aa': 'pending',
  '\u26ab': 'pending',
  '\ud83d\udd34': 'pending',
};

export const emojiSource = `(?:${Object.keys(emojiStates).join('|')})\\ufe0f?`;
export const anyEmojiSource = `(?:${[...Object.keys(emojiStates), ...Object.keys(colourStates)].join('|')})\\ufe0f?`;

export function declaredOfEmoji(mark: string): DeclaredStatus | undefined {
  const key = mark.replace('\ufe0f', '');
  if (Object.hasOwn(emojiStates, key)) return emojiStates[key];
  return Object.hasOwn(colourStates, key) ? colourStates[key] : undefined;
}

/** Whether the emoji says nothing but this status: crosses, boards and warnings mean other things elsewhere. */
export function isPlainEmoji(mark: string): boolean {
  return !/^(?:\u274c|\ud83d\udccb|\u26a0|\ud83d\udd34|\u26d4|\u23f8|\u23ed)/.test(mark);
}

type Written = 'pending' | 'in-progress' | 'completed';
type Language = 'en' | 'zh' | 'ko' | 'pt';

const words: Readonly<Record<Language, Readonly<Partial<Record<DeclaredStatus, readonly string[]>>>>> = {
  en: {
    pending: [
      ...['not started', 'not yet started', 'not complete', 'not completed', 'not done', 'unstarted'],
      ...['incomplete', 'pending', 'todo', 'to do', 'open', 'planned', 'ready', 'backlog', 'queued'],
      ...['upcoming', 'waiting', 'new', 'tbd'],
    ],
    'in-progress': [
      ...['in progress', 'wip', 'doing', 'started', 'ongoing', 'active', 'underway', 'in review'],
      ...['ready for review', 'partial', 'partially complete', 'partially completed', 'partially done'],
    ],
    completed: [
      ...['complete', 'completed', 'done', 'finished', 'closed', 'shipped', 'merged', 'implemented'],
      ...['resolved', 'fixed'],
    ],
    blocked: ['blocked', 'on hold', 'paused', 'stalled'],
    skipped: ['skipped', 'deferred', 'postponed', "won't do", "won't fix", 'wontfix'],
    abandoned: ['dropped', 'cancelled', 'canceled', 'abandoned', 'superseded', 'obsolete', 'removed'],
  },
  zh: {
    pending: ['待开始', '未开始', '待办', '待处理', '待实现', '待完成', '未完成', '待测试', '计划中', '待定'],
    'in-progress': ['进行中', '开发中', '处理中', '测试中', '部分完成'],
    completed: ['已完成', '完成', '已实现', '已修复', '已解决', '已发布'],
    blocked: ['阻塞', '已阻塞', '暂停', '已暂停'],
    skipped: ['暂缓', '跳过', '已跳过', '延期', '推迟'],
    abandoned: ['取消', '已取消', '废弃', '已废弃', '放弃'],
  },
  ko: {
    pending: ['대기', '대기 중', '시작 전', '미시작', '미완료', '예정', '할 일'],
    'in-progress': ['진행 중', '진행중'],
    completed: ['완료', '완료됨'],
    blocked: ['차단', '차단됨', '보류'],
    abandoned: ['취소', '취소됨'],
  },
  pt: {
    pending: ['pendente', 'não iniciado', 'não iniciada', 'a fazer', 'aberto', 'aberta', 'planejado'],
    'in-progress': ['em andamento', 'em progresso', 'fazendo', 'executando'],
    completed: ['concluído', 'concluída', 'concluido', 'concluida', 'feito', 'feita', 'pronto', 'completo'],
    blocked: ['bloqueado', 'bloqueada'],
    skipped: ['adiado', 'adiada', 'pulado'],
    abandoned: ['cancelado', 'cancelada'],
  },
};

interface Word {
  readonly language: Language;
  readonly declared: DeclaredStatus;
}

const known: ReadonlyMap<string, Word> = new Map(
  (Object.keys(words) as Language[]).flatMap((language) =>
    Object.entries(words[language]).flatMap(([declared, list]) =>
      list.map((word): [string, Word] => [word, { language, declared: declared as DeclaredStatus }]),
    ),
  ),
);

/** Longest first: `not complete` is no `not`, and `completed` no `complete`. `_` and `-` join words, too. */
export const wordSource = `(?:${[...known.keys()]
  .toSorted((a, b) => b.length - a.length)
  .map((word) => word.replace(/ /g, '[ _-]').replace("'", "['\\u2019]"))
  .join('|')})`;

export function statusWord(text: string): Word | undefined {
  const key = text.toLowerCase().replace(/[_-]/g, ' ').replace('\u2019', "'");
  return known.get(key);
}

const families: readonly (readonly [RegExp, Readonly<Record<Written, string>>])[] = [
  [/^(?:to ?do|done|doing|not done)$/, { pending: 'Todo', 'in-progress': 'In Progress', completed: 'Done' }],
  [/^(?:open|closed)$/, { pending: 'Open', 'in-progress': 'In Progress', completed: 'Closed' }],
  [
    /^(?:complete|incomplete|(?:not )?(?:yet )?started|not complete)$/,
    { pending: 'Not Started', 'in-progress': 'In Progress', completed: 'Complete' },
  ],
];

const defaults: Readonly<Record<Language, Readonly<Record<Written, string>>>> = {
  en: { pending: 'Pending', 'in-progress': 'In Progress', completed: 'Completed' },
  zh: { pending: '待开始', 'in-progress': '进行中', completed: '已完成' },
  ko: { pending: '대기', 'in-progress': '진행 중', completed: '완료' },
  pt: { pending: 'Pendente', 'in-progress': 'Em andamento', completed: 'Concluído' },
};

/** The word for a status that goes with one that stands there: in its language, its pair, its case. */
export function wordLike(text: string, wanted: Written): string {
  const plain = text.toLowerCase().replace(/[_-]/g, ' ');
  const language = statusWord(text)?.language ?? 'en';
  const family = language === 'en' ? families.find(([pattern]) => pattern.test(plain))?.[1] : undefined;
  let word = (family ?? defaults[language])[wanted];
  if (text === text.toUpperCase()) word = word.toUpperCase();
  else if (text === text.toLowerCase()) word = word.toLowerCase();
  return text.includes('_') ? word.replaceAll(' ', '_') : word;
}
