import type { LiveEvent } from '../core/tools.ts';
import type { LiveActivity } from '../reporting/board.ts';

/** `now` in ms since the epoch. Retries are shown, but are no progress. */
export function activityAfter(before: LiveActivity, event: LiveEvent, now: number): LiveActivity {
  if (event.type === 'gate') return { gate: event.gate, since: now };
  const { event: told } = event;
  if (told.type === 'retrying') return { ...before, retrying: told.reason };
  const { retrying: _over, ...rest } = before;
  const alive = { ...rest, since: now };
  switch (told.type) {
    case 'text': {
      const { doing: _done, ...writing } = alive;
      return { ...writing, said: told.text };
    }
    case 'tool':
      return { ...alive, doing: `${told.name} ${told.detail}`.trim() };
    case 'progress':
      return { ...alive, percent: told.percent, doing: told.next };
    case 'turn':
    case 'usage':
      return alive;
  }
}
