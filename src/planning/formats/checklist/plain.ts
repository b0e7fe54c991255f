/**
 * Lists that tell what is to be done with no sign of a status at the tasks themselves. They are looked at only where a
 * text has no other tasks, and are strict: most numbered lists are prose.
 */
import type { DeclaredStatus } from '../../../domain/plan.ts';
import { fieldsOf, namesPlan, namesTasks } from './fields.ts';
import { plainHeading, sectionEnds, type HeadingTask } from './headings.ts';
import type { Checklist, Item, ListSection } from './items.ts';
import { taskKey } from './labels.ts';
import { declaredOfSign, signOfValue } from './signs.ts';

export interface PlainTasks {
  readonly items: readonly PlainItem[];
  readonly headings: readonly { readonly task: HeadingTask; readonly said: DeclaredStatus | undefined }[];
}

export interface PlainItem {
  readonly item: Item;
  readonly section: ListSection;
  readonly groups: readonly string[];
  readonly criteria: readonly Item[];
}

export function plainTasks(list: Checklist): PlainTasks {
  const found = [underStatuses, calledTasks, numberedHeadings, numberedItems];
  for (const find of found) {
    const tasks = find(list);
    if (tasks.items.length + tasks.headings.length > 1) return tasks;
  }
  return { items: [], headings: [] };
}

/** `## Done ✅` and `## In progress`: the heading carries the status of all below it. */
function underStatuses(list: Checklist): PlainTasks {
  const { sections } = list;
  const ends = sectionEnds(sections);
  const groups = sections.flatMap((section, at) => {
    const said = section.level < 2 ? undefined : statusOfGroup(section.heading);
    return said === undefined ? [] : [{ section, at, said }];
  });
  if (new Set(groups.map(({ said }) => said)).size < 2) return { items: [], headings: [] };
  const items: PlainItem[] = [];
  const headings: { task: HeadingTask; said: DeclaredStatus }[] = [];
  for (const { section, at, said } of groups) {
    for (const item of section.items)
      if (item.text !== '') items.push({ item: { ...item, said }, section, groups: [], criteria: [] });
    for (let below = at + 1; below < ends[at]!; below = ends[below]!)
      headings.push({ task: plainHeading(list, below, ends[below]!), said });
  }
  return { items, headings };
}

/** A heading that is nothing but a status: `✅ Done`, `已完成 ✅`, `In Progress tasks`. */
function statusOfGroup(heading: string): DeclaredStatus | undefined {
  if (heading.length > 60) return undefined;
  const bare = heading.replace(/^[^\p{L}\p{N}]+/u, '');
  const sign = signOfValue(bare, 0);
  if (sign === undefined) return undefined;
  let rest = bare;
  for (const { text } of sign.parts) rest = rest.replace(text, '');
  const isBare = /^[^\p{L}\p{N}]*(?:的?(?:任务|功能|事项)|tasks?|items?|\d{1,4})?[^\p{L}\p{N}]*$/iu.test(
    rest,
  );
  return isBare ? declaredOfSign(sign) : undefined;
}

/** `* **Task 1.1: name**`, with criteria as bullets below. */
function calledTasks({ sections }: Checklist): PlainTasks {
  const items: PlainItem[] = [];
  for (const section of sections) {
    const rest = section.items.map((item) => ({ item, groups: [] as readonly string[] })).toReversed();
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      const { item, groups } = next;
      if (taskKey(item.text)?.word === 'task')
        items.push({ item, section, groups, criteria: criteriaBelow(item) });
      else {
        const name = item.text.replace(/\*\*/g, '').replace(/[:\uff1a]$/u, '');
        const path = [...groups.slice(-3), name];
        for (const child of item.children.toReversed()) rest.push({ item: child, groups: path });
      }
    }
  }
  return { items, headings: [] };
}

function criteriaBelow({ children }: Item): readonly Item[] {
  return children.flatMap((child): readonly Item[] => {
    const [field] = fieldsOf(child.text, child.line);
    if (field?.key !== 'criteria') return [];
    return field.value === '' ? child.children : [{ ...child, text: field.value }];
  });
}

/** `### 1. name`, `### 2. name` in a text that is called a list of tasks. */
function numberedHeadings(list: Checklist): PlainTasks {
  const { sections, title } = list;
  if (title === undefined || !namesTasks(title)) return { items: [], headings: [] };
  const ends = sectionEnds(sections);
  const numbered = sections.flatMap((section, at) => {
    const key = section.level < 2 ? undefined : taskKey(section.heading);
    return key?.word === 'none' && /^\d+$/.test(key.key) ? [at] : [];
  });
  const level = numbered.reduce((least, at) => Math.min(least, sections[at]!.level), Infinity);
  const upper = numbered.filter((at) => sections[at]!.level === level);
  return {
    items: [],
    headings: upper.map((at) => ({ task: plainHeading(list, at, ends[at]!), said: undefined })),
  };
}

/** A heading below the title says so only if it means work, not how something is used. */
const workHeading =
  /^[^\p{L}\p{N}]*(?:tasks?|to-?dos?|roadmap|checklist|backlog|(?:implementation|execution|work|action|migration|refactoring)\s+(?:plan|steps|tasks)|任务(?:清单|列表)?|待办(?:事项)?|实施步骤|执行计划|작업(?: 목록)?|할 일|tarefas)[^\p{L}\p{N}]*$/iu;

/** A numbered list right below a title or heading that says that it is a plan. */
function numberedItems({ sections }: Checklist): PlainTasks {
  const items = sections.flatMap((section): readonly PlainItem[] => {
    const { level, heading } = section;
    const isPlan =
      level === 1 ? namesPlan(heading) : level > 1 && heading.length < 120 && workHeading.test(heading);
    const numbered = section.items.filter(({ isNumbered, text }) => isNumbered && text !== '');
    if (!isPlan || numbered.length < 2) return [];
    return numbered.map((item) => ({ item, section, groups: [], criteria: [] }));
  });
  return { items, headings: [] };
}
