import type { PlanFormat } from '../../domain/plan.ts';
import { beadsFormat } from './beads.ts';
import { bmadFormat } from './bmad.ts';
import { checklistFormat } from './checklist.ts';
import { codeTaskFormat } from './code-task.ts';
import type { BacklogFormat } from './format.ts';
import { gsdFormat } from './gsd.ts';
import { kiroFormat } from './kiro.ts';
import { manifestFormat } from './manifest.ts';
import { openspecFormat } from './openspec.ts';
import { ralphPrdFormat } from './ralph-prd.ts';
import { specKitFormat } from './spec-kit.ts';
import { superpowersFormat } from './superpowers.ts';
import { taskmasterFormat } from './taskmaster.ts';
import { tasksMdFormat } from './tasks-md.ts';
import { todoBoardFormat } from './todo-board.ts';

/**
 * Every format Pawl reads; the place where a new one is registered. Files are offered to them in this order, so the
 * one that takes nearly anything comes last.
 */
export const backlogFormats: Readonly<Record<PlanFormat, BacklogFormat>> = {
  manifest: manifestFormat,
  'tasks-md': tasksMdFormat,
  'code-task': codeTaskFormat,
  'spec-kit': specKitFormat,
  kiro: kiroFormat,
  openspec: openspecFormat,
  taskmaster: taskmasterFormat,
  beads: beadsFormat,
  bmad: bmadFormat,
  superpowers: superpowersFormat,
  'ralph-prd': ralphPrdFormat,
  'todo-board': todoBoardFormat,
  gsd: gsdFormat,
  checklist: checklistFormat,
};
