import { describe, expect, test } from 'vitest';
import { parseCall } from '../../../src/coder/call.ts';

const local = ['--provider=openai-compatible', '--model=m', '--base-url=http://127.0.0.1:11434/v1'];

describe('the command line of pawl-coder', () => {
  test('is read, with defaults', () => {
    expect(parseCall([...local, '--packages=/repository'])).toEqual({
      ok: true,
      value: {
        type: 'work',
        provider: 'openai-compatible',
        model: 'm',
        baseUrl: 'http://127.0.0.1:11434/v1',
        apiKeyEnv: undefined,
        maxSteps: 200,
        maxOutputTokens: undefined,
        packages: '/repository',
      },
    });
  });

  test.each([
    [['--help'], 'help'],
    [['--version'], 'version'],
    [['--check', '--provider', 'google'], 'check'],
    [[...local, '--max-steps', '3', '--max-output-tokens', '9'], 'work'],
  ])('%j is a call to %s', (args, type) => {
    expect(parseCall(args)).toMatchObject({ ok: true, value: { type } });
  });

  test.each([
    [['--provider=mistral', '--model=m'], '--provider must be one of anthropic, openai'],
    [['--provider=anthropic', '--api-key-env=K'], '--model is missing'],
    [['--provider=anthropic', '--model=m'], '--api-key-env is needed'],
    [['--provider=openai-compatible', '--model=m'], '--base-url is needed'],
    [[...local, '--base-url=ftp://x'], '--base-url must be a URL'],
    [[...local, '--max-steps=0'], '--max-steps must be 1 or more'],
    [[...local, '--max-steps=many'], '--max-steps must be a number'],
    [[...local, '--yolo'], '--yolo'],
    [[...local, 'word'], 'word'],
  ])('%j is refused', (args, message) => {
    expect(parseCall(args)).toEqual({ ok: false, error: expect.stringContaining(message) });
  });
});
