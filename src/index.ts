/** Pawl as a library. Everything exported here keeps its meaning within a major version. */
export { defineConfig, type Config, type PawlConfig } from './app/config.ts';
export {
  openProject,
  loadPlan,
  readRun,
  PlanRefusal,
  type BacklogChoice,
  type Project,
} from './app/project.ts';
export { runPlan, type RunObserver, type RunReport } from './app/run.ts';
export type { RunWishes } from './app/activation.ts';
export { createStopControl, type DriveEnd, type StopControl } from './core/driver.ts';
export type { EventListener } from './core/record.ts';
export type { Recovery } from './core/recover.ts';
export type { LiveEvent } from './core/tools.ts';
export { codes, type Code, type CodeEntry } from './domain/codes.ts';
export type { EventBody, FileChange, GateRun, Hold, JournalEvent } from './domain/event.ts';
export type { Criterion, Plan, Risk, Size, Task } from './domain/plan.ts';
export { PawlError } from './domain/refusal.ts';
export { fold, foldAll } from './domain/fold.ts';
export {
  recordOf,
  type AttemptRecord,
  type RunState,
  type TaskRecord,
  type TaskState,
} from './domain/run-state.ts';
export type { TaskId } from './domain/ids.ts';
