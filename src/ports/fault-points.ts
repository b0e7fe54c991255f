/**
 * The places where a crash would be most awkward. A no-op in production; the crash suite kills the process there.
 */
export const faultPoints = [
  'run-created',
  'plan-adopted',
  'session-started',
  'attempt-started',
  'workspace-half-made',
  'workspace-made',
  'workspace-reset',
  'attempt-prepared',
  'process-spawned-before-journal',
  'process-journalled-before-go',
  'agent-running',
  'agent-ended',
  'attempt-snapshot-before-ref',
  'attempt-ref-before-journal',
  'attempt-committed',
  'gate-running',
  'gate-finished',
  'attempt-proven',
  'merge-made',
  'landing-prepared',
  'landed-before-journal',
  'landed',
  'views-before-rename',
  'views-written',
  'session-ending',
] as const;

export type FaultPoint = (typeof faultPoints)[number];

/** Reports that a fault point was passed. */
export type HitFaultPoint = (point: FaultPoint) => void;
