/** The built-in agent, put through what every agent is. */
import { aiSdkSurface } from './ai-sdk.ts';
import { describeAgentSurface } from './contract.ts';
import { describeWholeRun } from './whole-run.ts';

describeAgentSurface(aiSdkSurface('anthropic'));
describeAgentSurface(aiSdkSurface('openai'));
describeWholeRun(aiSdkSurface('anthropic'));
