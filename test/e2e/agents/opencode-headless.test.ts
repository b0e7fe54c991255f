/** The real OpenCode by what it prints. */
import { describeAgentSurface } from './contract.ts';
import { opencodeSurface } from './opencode.ts';

describeAgentSurface(opencodeSurface('headless'));
