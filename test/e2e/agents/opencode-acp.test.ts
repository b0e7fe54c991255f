/** The real OpenCode over the protocol. It takes the longest of all: its other surface has a file of its own. */
import { describeAgentSurface } from './contract.ts';
import { opencodeSurface } from './opencode.ts';
import { describeWholeRun } from './whole-run.ts';

describeAgentSurface(opencodeSurface('acp'));
describeWholeRun(opencodeSurface('acp'));
