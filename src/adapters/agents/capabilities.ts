/** What Pawl knows of each agent and surface, in one table. Source: the agents reference, §§ 2 to 6. */
import type { AgentCapabilities } from '../../ports/agent.ts';
import { unreachable } from '../../util/unreachable.ts';

type Known =
  | `claude/${'control' | 'print'}`
  | `codex/${'app-server' | 'exec'}`
  | `${'opencode' | 'gemini'}/${'acp' | 'headless'}`
  | 'acp'
  | 'ai-sdk'
  | 'command'
  | 'scripted';

const claude = {
  tokens: 'while-working',
  cost: 'reported',
  turns: true,
  resetTimes: true,
  resume: true,
  structuredAnswers: true,
} as const;

const codex = { cost: 'priced', resume: false, structuredAnswers: true } as const;

const opencode = {
  cost: 'reported',
  turns: true,
  resetTimes: true,
  resume: false,
  structuredAnswers: false,
} as const;

const gemini = {
  tokens: 'at-end',
  cost: 'priced',
  turns: true,
  resetTimes: false,
  resume: false,
  structuredAnswers: false,
} as const;

const nothing = { resetTimes: false, resume: false, structuredAnswers: false } as const;

export const capabilities: Readonly<Record<Known, AgentCapabilities>> = {
  'claude/control': { ...claude, cancel: 'asked' },
  'claude/print': { ...claude, cancel: 'forced' },
  'codex/app-server': {
    ...codex,
    cancel: 'asked',
    tokens: 'while-working',
    turns: true,
    resetTimes: true,
  },
  'codex/exec': { ...codex, cancel: 'forced', tokens: 'at-end', turns: false, resetTimes: false },
  // Over the protocol it tells money while it works, and the tokens of its last step only.
  'opencode/acp': { ...opencode, cancel: 'asked', tokens: 'at-end' },
  'opencode/headless': { ...opencode, cancel: 'forced', tokens: 'while-working' },
  'gemini/acp': { ...gemini, cancel: 'asked' },
  'gemini/headless': { ...gemini, cancel: 'forced' },
  // Of any other program the protocol promises this much.
  acp: { ...nothing, cancel: 'asked', tokens: 'unknown', cost: 'unknown', turns: true },
  'ai-sdk': {
    ...nothing,
    cancel: 'forced',
    tokens: 'while-working',
    cost: 'priced',
    turns: true,
    resetTimes: true,
  },
  command: { ...nothing, cancel: 'forced', tokens: 'never', cost: 'never', turns: false },
  scripted: {
    ...nothing,
    cancel: 'forced',
    tokens: 'while-working',
    cost: 'reported',
    turns: true,
    resetTimes: true,
  },
};

/** What it cannot do, for people, each to be read after "cannot". */
export function limitsOf(of: AgentCapabilities): readonly string[] {
  return [
    ...(of.cancel === 'forced' ? ['be asked to stop: a stop ends its processes at once'] : []),
    ...limitsOfTokens(of.tokens),
    ...limitsOfCost(of),
    ...(of.turns ? [] : ['tell its turns: no limit on turns holds']),
    ...(of.resetTimes ? [] : ['tell when a rate limit resets: Pawl waits by its own backoff']),
    ...(of.resume ? [] : ['take up the conversation of an attempt before']),
    ...(of.structuredAnswers ? [] : ['be held to a schema']),
  ];
}

function limitsOfTokens(tokens: AgentCapabilities['tokens']): readonly string[] {
  switch (tokens) {
    case 'while-working':
      return [];
    case 'at-end':
      return ['tell its tokens while it works: a budget is looked at when it has ended'];
    case 'never':
      return ['tell its tokens: no budget holds'];
    case 'unknown':
      return ['be relied on to tell its tokens: budgets hold for what it tells'];
    default:
      return unreachable(tokens);
  }
}

/** Without tokens that there is no cost goes without saying. */
function limitsOfCost({ cost, tokens }: AgentCapabilities): readonly string[] {
  const isPriced = cost === 'priced' && tokens !== 'never';
  return isPriced ? ['tell what it costs: its tokens are priced from a list'] : [];
}
