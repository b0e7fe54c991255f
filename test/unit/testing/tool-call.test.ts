import { expect, test } from 'vitest';
import { translateCall } from '../../../src/testing/tool-call.ts';

const write = { tool: 'write', path: '/w/a', content: 'b' } as const;
const shell = { tool: 'shell', command: 'ls' } as const;

test.each([
  ['Write', ['file_path', 'content'], { file_path: '/w/a', content: 'b' }],
  ['write', ['content', 'filePath'], { filePath: '/w/a', content: 'b' }],
  ['write', ['path', 'content'], { path: '/w/a', content: 'b' }],
  ['write_file', [], { file_path: '/w/a', content: 'b' }],
])('a write becomes a call of %s with the parameters %j that it has', (name, parameters, input) => {
  expect(translateCall(write, [{ name, parameters }])).toEqual({ name, input });
});

test.each([
  ['Bash', ['command', 'timeout'], { command: 'ls' }],
  ['bash', ['command', 'description'], { command: 'ls', description: 'run a command' }],
  ['run_shell_command', [], { command: 'ls' }],
  ['exec_command', ['cmd', 'workdir'], { cmd: 'ls' }],
])('a command becomes a call of %s with the parameters %j that it has', (name, parameters, input) => {
  expect(translateCall(shell, [{ name, parameters }])).toEqual({ name, input });
});

test('a tool that is named is called by that name, offered or not', () => {
  const input = { pattern: '*.ts' };
  expect(translateCall({ tool: 'named', name: 'Glob', input }, [])).toEqual({ name: 'Glob', input });
});

test('what no tool can do is refused with the names of those that are offered', () => {
  const offered = [
    { name: 'Read', parameters: [] },
    { name: 'Bash', parameters: [] },
  ];
  expect(() => translateCall(write, offered)).toThrow('no write tool among those offered: Read, Bash');
});
