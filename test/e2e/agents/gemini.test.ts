/** The real Gemini CLI, on its surfaces. */
import { describeAgentSurface } from './contract.ts';
import { geminiSurface } from './gemini.ts';
import { describeWholeRun } from './whole-run.ts';

describeAgentSurface(geminiSurface('acp'));
describeAgentSurface(geminiSurface('headless'));
describeWholeRun(geminiSurface('acp'));
