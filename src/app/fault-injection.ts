import { faultPoints, type FaultPoint, type HitFaultPoint } from '../ports/fault-points.ts';

/**
 * For the crash suite: `PAWL_FAULT=landed-before-journal:2` kills this process with SIGKILL the second time it
 * passes that point. Without the variable every point is a no-op.
 */
export function createFaultInjection(specification: string | undefined): HitFaultPoint {
  if (specification === undefined || specification === '') return () => undefined;
  const [name, count = '1'] = specification.split(':');
  const known: readonly string[] = faultPoints;
  if (name === undefined || !known.includes(name))
    throw new Error(`PAWL_FAULT names no fault point: ${specification}`);
  let left = Number(count);
  return (point: FaultPoint) => {
    if (point !== name) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
