import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentsAtWork } from '../../src/domain/agent-choice.ts';
import { allowanceOf } from '../../src/domain/agent-standing.ts';
import { overdraftOf } from '../../src/domain/budget.ts';
import { decide } from '../../src/domain/decide.ts';
import { isOpen, isSatisfied, recordOf } from '../../src/domain/run-state.ts';
import { poolOf, slotsFor } from '../../src/domain/policy.ts';
import { openTasks, readyTasks, waitingOf } from '../../src/domain/schedule.ts';
import { indexOf } from '../../src/domain/plan.ts';
import { arbitraryWorld, simulate, type Step, type World } from './simulation.ts';

/** Checks `law` at every step of many random runs. */
function holdsAtEveryStep(law: (step: Step, world: World) => void): void {
  fc.assert(
    fc.property(arbitraryWorld, (world) => {
      simulate(world, (step) => law(step, world));
    }),
    { numRuns: 120 },
  );
}

describe('in every run, whatever its tasks and their failures', () => {
  test('no attempt at a task is started twice', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        const begun = new Set<string>();
        const { events } = simulate(world, () => undefined);
        for (const { body } of events) {
          if (body.type !== 'attempt.started') continue;
          const key = `${body.task}/${body.attempt}`;
          expect(begun.has(key), `${key} was started twice`).toBe(false);
          begun.add(key);
        }
      }),
      { numRuns: 120 },
    );
  });

  test('there are never more tasks in work than slots when one starts', () => {
    holdsAtEveryStep(({ state, decision }, { plan, policy }) => {
      if (!decision.commands.some((command) => command.type === 'start')) return;
      // The open tasks are those at the decision; a start does not change their number.
      const slots = slotsFor(openTasks(state, plan).length, policy);
      const running = plan.tasks.filter((task) => recordOf(state, task.id).state.status === 'running');
      expect(running.length).toBeLessThanOrEqual(slots);
    });
  });

  test('a task starts only when all it depends on is in place', () => {
    holdsAtEveryStep(({ state, decision }, { plan }) => {
      for (const command of decision.commands) {
        if (command.type !== 'start') continue;
        const open = indexOf(plan)
          .get(command.task)
          ?.dependencies.filter((id) => !isSatisfied(state, id));
        expect(open).toEqual([]);
      }
    });
  });

  test('an attempt gets an agent of its task’s own pool that is not rate-limited', () => {
    holdsAtEveryStep(({ state, decision, now }, { plan, policy }) => {
      for (const command of decision.commands) {
        if (command.type !== 'start') continue;
        expect(poolOf(policy, indexOf(plan).get(command.task))).toContain(command.agent);
        expect(state.standings.get(command.agent)?.until ?? 0).toBeLessThanOrEqual(now);
        expect(state.unusable.has(command.agent)).toBe(false);
      }
    });
  });

  test('no agent has more at work than it may when it gets one more', () => {
    holdsAtEveryStep(({ state, decision }, { policy }) => {
      for (const command of decision.commands) {
        if (command.type !== 'start') continue;
        const most = allowanceOf(state.standings.get(command.agent), policy, command.agent);
        expect(agentsAtWork(state).get(command.agent)).toBeLessThanOrEqual(most);
      }
    });
  });

  test('an agent before the one that was chosen is named with the reason', () => {
    holdsAtEveryStep(({ decision }, { plan, policy }) => {
      for (const command of decision.commands) {
        if (command.type !== 'start') continue;
        const pool = poolOf(policy, indexOf(plan).get(command.task));
        const named = command.because?.map(({ agent }) => agent) ?? [];
        expect(named).toEqual(pool.slice(0, pool.indexOf(command.agent)));
      }
    });
  });

  test('nothing starts whose budget is used up', () => {
    holdsAtEveryStep(({ state, decision, now }) => {
      for (const command of decision.commands) {
        if (command.type === 'start') expect(overdraftOf(state, command.task, now)).toBeUndefined();
      }
    });
  });

  test('declared conflicts are never in work together', () => {
    holdsAtEveryStep(({ state }, { plan }) => {
      const inWork = new Set(
        plan.tasks
          .map((task) => task.id)
          .filter((id) => ['running', 'proven'].includes(recordOf(state, id).state.status)),
      );
      for (const task of plan.tasks)
        if (inWork.has(task.id)) expect(task.conflictsWith.filter((id) => inWork.has(id))).toEqual([]);
    });
  });

  test('one landing is under way at most, of the task that was proven first', () => {
    holdsAtEveryStep(({ state, decision, inFlight }, { plan }) => {
      expect(inFlight.filter((command) => command.type === 'land').length).toBeLessThanOrEqual(1);
      const landing = decision.commands.find((command) => command.type === 'land');
      const waiting = plan.tasks.flatMap((task) => {
        const now = recordOf(state, task.id).state;
        return now.status === 'proven' ? [now.turn] : [];
      });
      const landed = landing === undefined ? undefined : recordOf(state, landing.task).state;
      if (landed?.status === 'proven') expect(landed.turn).toBe(Math.min(...waiting));
      else expect(waiting).toEqual([]);
    });
  });

  test('nothing stalls: work is under way, a timer is set, or every open task has a named reason', () => {
    holdsAtEveryStep(({ state, decision, now, inFlight }, { plan }) => {
      const open = openTasks(state, plan);
      if (open.length === 0) return expect(inFlight.length > 0 || decision.settled === 'done').toBe(true);
      if (inFlight.length > 0) return expect(decision.settled).toBe(undefined);
      if (decision.settled === undefined) return expect(decision.wakeAt).toBeGreaterThan(now);
      expect(decision.settled).toBe('finished');
      for (const task of open) {
        const { status } = recordOf(state, task.id).state;
        if (status === 'blocked') continue;
        expect(status).toBe('pending');
        const reason = state.refusal === undefined ? waitingOf(state, plan, task, now).kind : 'refused';
        expect([
          'held',
          'not-selected',
          'budget',
          'unusable',
          'dependency',
          'conflict',
          'provisional',
          'refused',
        ]).toContain(reason);
      }
    });
  });

  test('a task is ready or waits for something, never both', () => {
    holdsAtEveryStep(({ state, now }, { plan, policy }) => {
      const ready = new Set(readyTasks(state, plan, policy, now).map((task) => task.id));
      for (const task of plan.tasks) {
        const pending = recordOf(state, task.id).state.status === 'pending';
        const waits = pending && waitingOf(state, plan, task, now).kind !== 'nothing';
        expect(ready.has(task.id)).toBe(pending && !waits);
      }
    });
  });

  test('the run ends, and when it is done no task is open', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        const { state, end } = simulate(world, () => undefined);
        const open = world.plan.tasks.filter((task) => isOpen(recordOf(state, task.id).state));
        if (end === 'done') expect(open).toEqual([]);
        else expect(open.length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });

  test('the same state, time and wish give the same commands', () => {
    holdsAtEveryStep(({ state, now }) => {
      const wish = { stopping: false };
      expect(decide(state, now, wish)).toEqual(decide(state, now, wish));
    });
  });

  test('a stopping run starts nothing, and still lands what was proven', () => {
    holdsAtEveryStep(({ state, now, decision }) => {
      const { commands } = decide(state, now, { stopping: true });
      expect(commands.filter((command) => command.type === 'start')).toEqual([]);
      const going = decision.commands.filter((command) => command.type !== 'start');
      expect(commands).toEqual(going);
    });
  });
});
