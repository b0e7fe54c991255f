/**
 * Whether a Markdown text is a list of tasks. A file that is called so needs a box only; any other must say what is
 * done and what is not: prose, designs and manuals have lists and tables, too.
 */
import { companionFile, isDraft } from '../../no-backlog.ts';
import { namesPlan } from './fields.ts';
import { readChecklist, upwards, type Checklist } from './items.ts';
import { isPlainEmoji } from './status-words.ts';
import { listTasks, type ListTask } from './tasks.ts';

const fileName = /(?:^|\/)(?:todos?|to-do|roadmap|tasks|checklist[^/]*)\.(?:md|markdown)$/i;

/** Checklists in the folders of other formats are about their texts, and not about work. */
const foreignChecklist = /(?:^|\/)(?:\.kiro|\.specify|openspec|specs)\/(?:.*\/)?checklists?(?:[/._-]|$)/i;

/** What work is made of; boxes in it are conditions and questions. */
const besideBacklog =
  /(?:^|[/_-])(?:design|requirements|spec|proposal|prd|architecture|changelog|research|data-model)\.(?:md|markdown)$/i;

export function isTaskList(file: string, text: string): boolean {
  if (!/\.(?:md|markdown)$/i.test(file) || foreignChecklist.test(file)) return false;
  if (besideBacklog.test(file) || companionFile(file) !== undefined) return false;
  const list = readChecklist(text);
  const { tasks, isAllCriteria } = listTasks(file, list);
  const isCalledSo = fileName.test(file);
  if (isCalledSo && tasks.some(({ kind }) => kind === 'box')) return true;
  if (tasks.length === 0 || (!isCalledSo && isDraft(text))) return false;
  if (isAllCriteria) return tasks.some((task) => isChecklistOfPlan(list, task));
  return tasks.some((task) => task.kind !== 'emoji') || saysStates(file, list, tasks);
}

/** `## Plan` with `### Checklist` below: its boxes are the work, and no criteria. */
function isChecklistOfPlan({ title }: Checklist, { kind, section }: ListTask): boolean {
  if (kind !== 'box' || !/\bchecklist\b/i.test(section.heading)) return false;
  const above = upwards(section).slice(1);
  return namesPlan(title ?? '') || above.some(({ heading }) => namesPlan(heading));
}

/** Check marks in front of lines praise features as well; something open, or a name, tells that these are tasks. */
function saysStates(file: string, { title }: Checklist, tasks: readonly ListTask[]): boolean {
  const isOpen = tasks.some(({ item }) => {
    const [part] = item.sign?.kind === 'words' ? item.sign.parts : [];
    return part !== undefined && item.said !== 'completed' && isPlainEmoji(part.text);
  });
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
  if (isOpen || namesPlan(title ?? '') || namesPlan(name)) return true;
  return tasks.some(({ section }) => upwards(section).some(({ heading }) => namesPlan(heading)));
}
