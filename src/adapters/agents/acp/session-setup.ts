/** Which model and mode a new session is put into, by what the agent offers. Pure. */
import { z } from 'zod';
import { err, ok, type Result } from '../../../util/result.ts';

export interface SessionWish {
  /** Has to be offered: another model would do work that nobody asked it for. */
  readonly model?: string | undefined;
  /** Taken where it is offered. */
  readonly mode?: string | undefined;
}

interface Request {
  readonly method: string;
  readonly params: unknown;
}

const text = z.string().optional().catch(undefined);

const optionSchema = z.object({
  id: z.string(),
  category: text,
  currentValue: text,
  options: z.unknown().optional(),
});

const offerSchema = z.object({
  configOptions: z.array(optionSchema).catch([]),
  modes: z
    .object({ currentModeId: text, availableModes: z.array(z.object({ id: z.string() })).catch([]) })
    .optional()
    .catch(undefined),
  models: z
    .object({ currentModelId: text, availableModels: z.array(z.object({ modelId: z.string() })).catch([]) })
    .optional()
    .catch(undefined),
});

type Offer = z.infer<typeof offerSchema>;

/** The requests that follow `session/new`, whose result is `session`. Errors: one sentence. */
export function choicesOf(
  session: unknown,
  sessionId: string,
  wish: SessionWish,
): Result<readonly Request[], string> {
  const offer = offerSchema.parse(session);
  const model = wish.model === undefined ? ok([]) : chooseModel(offer, sessionId, wish.model);
  if (!model.ok) return model;
  const mode = wish.mode === undefined ? [] : chooseMode(offer, sessionId, wish.mode);
  return ok([...model.value, ...mode]);
}

function chooseModel(offer: Offer, sessionId: string, model: string): Result<readonly Request[], string> {
  const option = offer.configOptions.find(({ category }) => category === 'model');
  if (option !== undefined) {
    if (option.currentValue === model) return ok([]);
    if (offers(option, model)) return ok([setOption(sessionId, option.id, model)]);
    return err(`the agent does not offer the model ${model}`);
  }
  if (offer.models === undefined) return err('the agent offers no choice of models; leave `model` out');
  if (offer.models.currentModelId === model) return ok([]);
  if (!offer.models.availableModels.some(({ modelId }) => modelId === model)) {
    return err(`the agent does not offer the model ${model}`);
  }
  return ok([{ method: 'session/set_model', params: { sessionId, modelId: model } }]);
}

function chooseMode(offer: Offer, sessionId: string, mode: string): readonly Request[] {
  const option = offer.configOptions.find(({ category }) => category === 'mode');
  if (option !== undefined) {
    const isWanted = option.currentValue !== mode && offers(option, mode);
    return isWanted ? [setOption(sessionId, option.id, mode)] : [];
  }
  const isOffered = offer.modes?.availableModes.some(({ id }) => id === mode) === true;
  if (!isOffered || offer.modes?.currentModeId === mode) return [];
  return [{ method: 'session/set_mode', params: { sessionId, modeId: mode } }];
}

function setOption(sessionId: string, configId: string, value: string): Request {
  return { method: 'session/set_config_option', params: { sessionId, configId, value } };
}

const choiceSchema = z.array(
  z.object({
    value: text,
    options: z
      .array(z.object({ value: text }))
      .optional()
      .catch(undefined),
  }),
);

/** Choices are a list, or a list of groups of them. */
function offers(option: z.infer<typeof optionSchema>, value: string): boolean {
  const choices = choiceSchema.safeParse(option.options).data ?? [];
  return choices.flatMap((choice) => [choice, ...(choice.options ?? [])]).some((one) => one.value === value);
}
