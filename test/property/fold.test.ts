import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventBodySchema } from '../../src/domain/event.ts';
import { foldAll } from '../../src/domain/fold.ts';
import { arbitraryWorld, foldAgain, simulate } from './simulation.ts';

test('the events of any run fold, and once more from their text give the same state', () => {
  fc.assert(
    fc.property(arbitraryWorld, (world) => {
      const { events, state } = simulate(world, () => undefined);
      expect(foldAgain(events)).toEqual(state);
    }),
    { numRuns: 150 },
  );
});

test('the first part of any run folds too: a crash may come after any event', () => {
  fc.assert(
    fc.property(arbitraryWorld, fc.nat(), (world, cut) => {
      const { events } = simulate(world, () => undefined);
      const part = events.slice(0, 1 + (cut % events.length));
      expect(foldAll(part).seq).toBe(part.length);
    }),
    { numRuns: 100 },
  );
});

test('a body that went through the schema is the same body', () => {
  fc.assert(
    fc.property(arbitraryWorld, (world) => {
      for (const { body } of simulate(world, () => undefined).events)
        expect(eventBodySchema.parse(JSON.parse(JSON.stringify(body)))).toEqual(body);
    }),
    { numRuns: 30 },
  );
});

test('a completed task never changes again, but by a person', () => {
  fc.assert(
    fc.property(arbitraryWorld, (world) => {
      const completed = new Set<string>();
      for (const { body } of simulate(world, () => undefined).events) {
        if ('task' in body) expect(completed.has(body.task), `${body.type} of ${body.task}`).toBe(false);
        if (body.type === 'landing.landed') completed.add(body.task);
      }
    }),
    { numRuns: 100 },
  );
});

test('an event that does not fit the state throws, with both halves in the message', () => {
  fc.assert(
    fc.property(arbitraryWorld, (world) => {
      const { events } = simulate(world, () => undefined);
      const landed = events.find((event) => event.body.type === 'landing.landed');
      fc.pre(landed !== undefined);
      expect(() => foldAll([...events, { ...landed, seq: events.length + 1 }])).toThrow(
        /illegal transition: \{"status":"completed".*with \{"type":"landing.landed"/,
      );
    }),
    { numRuns: 40 },
  );
});
