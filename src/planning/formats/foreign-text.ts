/**
 * Markdown that is taken for a backlog of another format, wherever it stands: formats are asked in a fixed order, and
 * these know their files by single lines, which may stand in any text.
 */
import { isKiroDocument, readKiroDocument } from './kiro/document.ts';
import { isOpenSpecDocument } from './openspec/document.ts';
import { isSpecKitDocument } from './spec-kit/document.ts';
import { isTasksDocument } from './tasks-md/sections.ts';
import { isTodoBoard } from './todo-board/items.ts';

export function isForeignBacklog(text: string): boolean {
  return (
    isTasksDocument(text) ||
    isSpecKitDocument(text) ||
    isKiroDocument(readKiroDocument(text)) ||
    isOpenSpecDocument(text) ||
    isTodoBoard(text, false)
  );
}
