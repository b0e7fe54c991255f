import { expect, test } from 'vitest';
import { mountArguments, type Mount } from '../../../src/adapters/sandbox/mounts.ts';

/** What is mounted after the whole system, in words. */
function inWords(mounts: readonly Mount[]): readonly string[] {
  return mountArguments(mounts)
    .join(' ')
    .replace('--ro-bind / / --dev /dev --proc /proc --tmpfs /tmp', '')
    .split(' --')
    .slice(1);
}

const read = (path: string): Mount => ({ kind: 'read', path, from: path });
const write = (path: string): Mount => ({ kind: 'write', path, from: path });
const covered = (path: string): Mount => ({ kind: 'covered', path });

test('the longer path counts, whatever the order, and covers are closed at the end', () => {
  const mounts = [
    write('/home/ann/work'),
    covered('/home/ann/work/secret'),
    covered('/home'),
    read('/home/ann/bin'),
  ];
  expect(inWords(mounts)).toEqual([
    'tmpfs /home',
    'bind /home/ann/work /home/ann/work',
    'ro-bind /home/ann/bin /home/ann/bin',
    'tmpfs /home/ann/work/secret',
    'remount-ro /home',
    'remount-ro /home/ann/work/secret',
  ]);
});

test('a cover in a cover and a sight in a sight add nothing', () => {
  const mounts = [covered('/home'), covered('/home/ann'), read('/home/ann/bin'), read('/home/ann/bin/tool')];
  expect(inWords(mounts)).toEqual(['tmpfs /home', 'ro-bind /home/ann/bin /home/ann/bin', 'remount-ro /home']);
});

test('a path that is named twice is written to where the work needs it, and else not seen', () => {
  expect(inWords([covered('/a'), write('/a'), read('/b'), covered('/b')])).toEqual([
    'bind /a /a',
    'tmpfs /b',
    'remount-ro /b',
  ]);
});

test('a folder whose name begins like another is not in it', () => {
  expect(inWords([covered('/home/ann'), covered('/home/anna')])).toHaveLength(4);
});
