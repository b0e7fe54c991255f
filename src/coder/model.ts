import type * as AnthropicPackage from '@ai-sdk/anthropic';
import type * as GooglePackage from '@ai-sdk/google';
import type * as OpenaiPackage from '@ai-sdk/openai';
import type * as CompatiblePackage from '@ai-sdk/openai-compatible';
import type { LanguageModel } from 'ai';
import type { Provider } from './packages.ts';

export interface ModelChoice {
  readonly provider: Provider;
  readonly model: string;
  /** With the path of the API's version, as the AI SDK has it; the default is the provider's own. */
  readonly baseUrl: string | undefined;
  /** Undefined where the server asks for none. */
  readonly apiKey: string | undefined;
  readonly fetch: typeof fetch;
}

/** Makes the model with the provider's package, whose main module is at the URL `entry`. */
export async function createModel(entry: string, choice: ModelChoice): Promise<LanguageModel> {
  const { model, baseUrl, apiKey, fetch } = choice;
  const settings = {
    fetch,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
  };
  switch (choice.provider) {
    case 'anthropic': {
      const { createAnthropic } = (await import(entry)) as typeof AnthropicPackage;
      return createAnthropic(settings)(model);
    }
    case 'openai': {
      const { createOpenAI } = (await import(entry)) as typeof OpenaiPackage;
      return createOpenAI(settings)(model);
    }
    case 'openai-compatible': {
      const { createOpenAICompatible } = (await import(entry)) as typeof CompatiblePackage;
      const name = 'openai-compatible';
      return createOpenAICompatible({ ...settings, name, baseURL: baseUrl ?? '', includeUsage: true })(model);
    }
    case 'google': {
      const { createGoogleGenerativeAI } = (await import(entry)) as typeof GooglePackage;
      return createGoogleGenerativeAI(settings)(model);
    }
  }
}
