import { bashTool } from './bash.ts';
import { editTool } from './edit.ts';
import { globTool } from './glob.ts';
import { grepTool } from './grep.ts';
import { readTool } from './read.ts';
import type { CoderTool } from './tool.ts';
import { writeTool } from './write.ts';

export const allTools: readonly CoderTool[] = [readTool, writeTool, editTool, globTool, grepTool, bashTool];
