import type { PlanFormat } from '../../domain/plan.ts';
import type { BacklogFormat } from './format.ts';
import { manifestFormat } from './manifest.ts';
import { tasksMdFormat } from './tasks-md.ts';

/** Every format Pawl reads; the place where a new one is registered. */
export const backlogFormats: Readonly<Record<PlanFormat, BacklogFormat>> = {
  manifest: manifestFormat,
  'tasks-md': tasksMdFormat,
};
