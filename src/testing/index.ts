/** `pawl/testing`: a scripted model, to drive agent programs with no account and no network. */
export { startScriptedModel, type RecordedRequest, type ScriptedModel } from './scripted-model.ts';
export type { Call, ModelRequest, ModelUsage, Step } from './script.ts';
