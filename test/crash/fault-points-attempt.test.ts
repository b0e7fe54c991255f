import { expect, test } from 'vitest';
import { faultPoints } from '../../src/ports/fault-points.ts';
import { describeFaultPoints } from './fault-points.ts';
import { attemptFaults, landingFaults } from './faults.ts';

test('every fault point of the program is in one of the two lists', () => {
  const named = [...attemptFaults, ...landingFaults].map((fault) => fault.split(':')[0]);
  expect([...new Set(named)].toSorted()).toEqual([...faultPoints].toSorted());
});

describeFaultPoints('from the run’s creation to an attempt’s commit', attemptFaults);
