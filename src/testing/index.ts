/**
 * `pawl/testing`: a model provider on loopback that follows scripts, to drive agent programs with no account, no
 * network and no cost. See docs/guides/testing-agents.md.
 */
export { startScriptedModel, type ScriptedModel } from './scripted-model.ts';
export {
  usualUsage,
  type Call,
  type ModelRequest,
  type ModelUsage,
  type ProviderError,
  type RecordedRequest,
  type Script,
  type Step,
} from './script.ts';
