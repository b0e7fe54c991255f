/** The real OpenCode, on its surfaces. */
import { describeAgentSurface } from './contract.ts';
import { opencodeSurface } from './opencode.ts';
import { describeWholeRun } from './whole-run.ts';

describeAgentSurface(opencodeSurface('acp'));
describeAgentSurface(opencodeSurface('headless'));
describeWholeRun(opencodeSurface('acp'));
