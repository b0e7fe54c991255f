import { expect, test } from 'vitest';
import { renderDiagnostics } from '../../src/planning/diagnostic.ts';
import { singleFile } from '../../src/planning/formats/format.ts';
import { todoBoardFormat } from '../../src/planning/formats/todo-board/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { collected } from '../rig/corpora.ts';

test('no collected backlog of another format is taken for a todo board, and read as one it does no harm', (context) => {
  for (const { name, text } of collected(context)) {
    expect([name, todoBoardFormat.detect(name, text)]).toEqual([name, false]);
    expect([name, todoBoardFormat.detect('todo.md', text)]).toEqual([name, false]);
    const draft = todoBoardFormat.read(singleFile(name, text));
    const faults = [...draft.diagnostics, ...validateDraft(draft, name).diagnostics];
    expect(renderDiagnostics(faults, new Map([[name, text]]), { color: false })).toBeTypeOf('string');
    const lines = text.replace(/^\uFEFF/, '').split('\n');
    for (const { line, column } of faults) {
      expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
    }
  }
});
