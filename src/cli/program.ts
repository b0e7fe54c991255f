/** The words of the command line: every command with its options, and what carries it out. */
import { Argument, InvalidArgumentError, Command, Option } from 'commander';
import { isAbsolute, resolve } from 'node:path';
import type { Decision } from '../app/decision.ts';
import { parseAmount, type Amount } from '../domain/amount.ts';
import { edgeVerdictSchema, type EdgeVerdict } from '../domain/inferred-dependency.ts';
import { planFormatSchema, type PlanFormat } from '../domain/plan.ts';
import { PawlError } from '../domain/refusal.ts';
import type { ConvertOptions } from './commands/convert.ts';
import type { DecomposeOptions } from './commands/decompose.ts';
import type { GrantOptions } from './commands/grant.ts';
import type { LogsOptions } from './commands/logs.ts';
import type { PlanOptions } from './commands/plan.ts';
import type { CommandContext, Output } from './output.ts';
import { version } from './version.ts';

export const usageHint = 'Type `pawl help` for the commands; a backlog is named with `--backlog <path>`.';

interface GlobalOptions {
  readonly json?: boolean;
  readonly backlog?: readonly string[];
  readonly format?: PlanFormat;
  readonly cwd?: string;
}

/** The whole command line; `done` gets what the command has to say. Exported for the generated reference. */
export function createProgram(done: (output: Output) => void): Command {
  const program = new Command('pawl')
    .description('Turns a backlog into landed code you can trust.')
    .version(version, '-V, --version')
    .option('--json', 'print one JSON document instead of text')
    .option(
      '--backlog <path>',
      'the backlog file, or a folder to look in; several are opened together',
      collect,
    )
    .addOption(
      new Option('--format <name>', 'its format, whatever it looks like').choices(planFormatSchema.options),
    )
    .option('-C, --cwd <folder>', 'work as if started there')
    .showHelpAfterError(usageHint)
    .exitOverride()
    .configureOutput({
      writeErr: (text) => void (process.argv.includes('--json') || process.stderr.write(text)),
    });

  const add = (usage: string, description: string): Command => {
    const command = program.command(usage).description(description).exitOverride();
    // Global options are understood before and after the command's name.
    command.option('--json').option('--backlog <path>', '', collect).option('-C, --cwd <folder>');
    command.addOption(new Option('--format <name>').choices(planFormatSchema.options));
    for (const option of command.options) option.hidden = true;
    return command;
  };

  add('init', 'look at the repository and write pawl.config.ts')
    .option('--agent <name>', 'the agent that attempts get')
    .action(async (options: { agent?: string }, command: Command) => {
      done(await (await import('./commands/init.ts')).initCommand(contextOf(command), options.agent));
    });
  add('plan', 'read, validate and explain the plan')
    .option('--lint', 'what is doubtful in it, each with a way to mend it; exit 1 when there is something')
    .option('--infer', 'ask an agent which dependencies are missing, and keep its answer')
    .option('--agent <name>', 'the agent that is asked')
    .addOption(new Option('--graph <form>', 'print the graph to be drawn').choices(['mermaid', 'dot', 'svg']))
    .action(async (options: PlanOptions, command: Command) => {
      done(await (await import('./commands/plan.ts')).planCommand(contextOf(command), options));
    });
  addConvert(add, done);
  addDecompose(add, done);
  addRun(add, done);
  add('status', 'the pulse of the run')
    .option('--watch', 'follow it live')
    .action(async (options: { watch?: boolean }, command: Command) => {
      done(
        await (
          await import('./commands/status.ts')
        ).statusCommand(contextOf(command), options.watch === true),
      );
    });
  add('next', 'the next task; exit 1 when none can start').action(async (_options, command: Command) => {
    done(await (await import('./commands/next.ts')).nextCommand(contextOf(command)));
  });
  add('blocked', 'what waits, and for what').action(async (_options, command: Command) => {
    done(await (await import('./commands/blocked.ts')).blockedCommand(contextOf(command)));
  });
  add('show <task>', 'all that is known of a task').action(
    async (task: string, _options, command: Command) => {
      done(await (await import('./commands/show.ts')).showCommand(contextOf(command), task));
    },
  );
  add('logs <task>', 'what the agent of its last attempt printed')
    .option('--follow', 'print on while somebody works on it')
    .addOption(new Option('--attempt <n>', 'of another attempt').argParser(parseCount))
    .addOption(new Option('--lines <n>', 'how many of the last lines').argParser(parseCount).default(200))
    .action(async (task: string, options: LogsOptions, command: Command) => {
      done(await (await import('./commands/logs.ts')).logsCommand(contextOf(command), task, options));
    });
  add('brief <task>', 'what the agent of its next attempt is told').action(
    async (task: string, _options, command: Command) => {
      done(await (await import('./commands/brief.ts')).briefCommand(contextOf(command), task));
    },
  );
  add('sync', 'take changes of backlog and specifications into the run, keeping what is done')
    .option('--dry-run', 'say what would follow, and write nothing')
    .action(async (options: { dryRun?: boolean }, command: Command) => {
      const { syncCommand } = await import('./commands/sync.ts');
      done(await syncCommand(contextOf(command), options.dryRun === true));
    });
  for (const [decision, text] of decisions) {
    add(`${decision} <task>`, text)
      .option(
        '--reason <text>',
        decision === 'retry'
          ? 'why, or the answer to what an agent asked; the next agent is told'
          : 'why; kept in the journal',
        '',
      )
      .action(async (task: string, options: { reason: string }, command: Command) => {
        const { decideCommand } = await import('./commands/decide.ts');
        done(await decideCommand(contextOf(command), task, decision, options.reason));
      });
  }
  add('grant', 'let more be used up: 5usd, 300ktok, 2Mtok, or both by comma')
    .argument('<amount>', 'how much more', readAmount)
    .option('--task <task>', 'by this task')
    .option('--run', 'by the whole run; the default')
    .option('--day', 'today (UTC)')
    .option('--reason <text>', 'why; kept in the journal', '')
    .action(async (amount: Amount, options: GrantOptions, command: Command) => {
      const { grantCommand } = await import('./commands/grant.ts');
      done(await grantCommand(contextOf(command), amount, options));
    });
  add('edges', 'dependencies that were inferred, each with its reason').action(
    async (_options, command: Command) => {
      done(await (await import('./commands/edges.ts')).edgesCommand(contextOf(command)));
    },
  );
  add('edge', "a person's word on an inferred dependency")
    .addArgument(new Argument('<verdict>', 'what you say of it').choices(edgeVerdictSchema.options))
    .argument('<task>', 'the task that is said to wait')
    .argument('<on>', 'the task it is said to wait for')
    .option('--reason <text>', 'why; kept in the journal', '')
    .action(
      async (
        verdict: EdgeVerdict,
        task: string,
        on: string,
        options: { reason: string },
        command: Command,
      ) => {
        const { edgeCommand } = await import('./commands/edges.ts');
        done(await edgeCommand(contextOf(command), verdict, task, on, options.reason));
      },
    );
  add('explain <what>', 'why a task is not done, or what a code means').action(
    async (what: string, _options, command: Command) => {
      done(await (await import('./commands/explain.ts')).explainCommand(contextOf(command), what));
    },
  );
  add('land', "bring what has landed to the user's branch").action(async (_options, command: Command) => {
    done(await (await import('./commands/land.ts')).landCommand(contextOf(command)));
  });
  add('agents', 'each agent: whether it is there, its roles, what it has done, its rate limit').action(
    async (_options, command: Command) => {
      done(await (await import('./commands/agents.ts')).agentsCommand(contextOf(command)));
    },
  );
  add('doctor', 'git, node, agents, gates, disk, locks, leftovers').action(
    async (_options, command: Command) => {
      done(await (await import('./commands/doctor.ts')).doctorCommand(contextOf(command)));
    },
  );
  return program;
}

const decisions: readonly (readonly [Decision, string])[] = [
  ['retry', 're-open a task, with all its attempts'],
  ['skip', 'leave a task out; those that need it stay open'],
  ['keep', 'let the result of a completed task stand, though its text has changed'],
];
function addDecompose(
  add: (usage: string, description: string) => Command,
  done: (output: Output) => void,
): void {
  add('decompose <spec>', 'have an agent turn a specification into a backlog, shown before it is written')
    .requiredOption('--out <path>', 'where the backlog goes; its place tells the format')
    .addOption(
      new Option('--to <format>', 'the format, where the path does not tell it').choices(
        planFormatSchema.options,
      ),
    )
    .option('--agent <name>', 'the agent that is asked')
    .option('--yes', 'write it without asking')
    .option('--force', 'overwrite files that are there')
    .action(async (spec: string, options: DecomposeOptions, command: Command) => {
      const { decomposeCommand } = await import('./commands/decompose.ts');
      done(await decomposeCommand(contextOf(command), spec, options));
    });
}

function addConvert(
  add: (usage: string, description: string) => Command,
  done: (output: Output) => void,
): void {
  add('convert <from> <to>', 'write a backlog anew in another format, and say what is lost')
    .addOption(
      new Option('--to <format>', 'the new format, where the path does not tell it').choices(
        planFormatSchema.options,
      ),
    )
    .option('--force', 'overwrite files that are there')
    .option('--dry-run', 'print the new backlog, and write nothing')
    .action(async (from: string, to: string, options: ConvertOptions, command: Command) => {
      const { convertCommand } = await import('./commands/convert.ts');
      done(await convertCommand(contextOf(command), from, to, options));
    });
}

export interface RunOptions {
  readonly parallel?: number | 'auto';
  readonly sequential?: boolean;
  readonly batch?: boolean;
  readonly only?: string;
  readonly agent?: string;
  readonly budget?: Amount | 'none';
  readonly allowBranch?: boolean;
  readonly allowDirty?: boolean;
  readonly strict?: boolean;
  readonly onSpecChange?: 'sync' | 'continue' | 'skip';
  readonly sandbox?: 'auto' | 'require' | 'off';
}

function addRun(add: (usage: string, description: string) => Command, done: (output: Output) => void): void {
  add('run [scale]', 'work the plan off; resumes by itself')
    .aliases(['start', 'resume'])
    .addOption(
      new Option('--parallel <n>', 'tasks at once: a number, or auto')
        .argParser(parseParallel)
        .conflicts('sequential'),
    )
    .option('--sequential', 'one task at a time')
    .option('--batch', 'at most 3 at once; one at a time where the plan has no parallel metadata')
    .option('--only <ids>', 'only these tasks, by comma')
    .option('--agent <name>', 'the agent for new attempts')
    .addOption(
      new Option(
        '--budget <amount>',
        'what the whole run may use up, also after a stop: 20usd, 5Mtok, both by comma, or none',
      ).argParser((text) => (text === 'none' ? text : readAmount(text))),
    )
    .option('--allow-branch', 'start on a branch that is not a base branch')
    .option('--allow-dirty', 'work from HEAD though the checkout has changes')
    .addOption(
      new Option('--on-spec-change <what>', 'when criteria or specifications have changed').choices([
        'sync',
        'continue',
        'skip',
      ]),
    )
    .addOption(
      new Option('--sandbox <mode>', 'whether agents run inside bubblewrap').choices([
        'auto',
        'require',
        'off',
      ]),
    )
    .option('--strict', 'a finding that would hold one task refuses the run')
    .action(async (scale: string | undefined, options: RunOptions, command: Command) => {
      const parallel = options.sequential === true ? 1 : (scaleOf(scale) ?? options.parallel);
      const wishes = { ...options, ...(parallel === undefined ? {} : { parallel }) };
      done(await (await import('./commands/run.ts')).runCommand(contextOf(command), wishes));
    });
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function parseParallel(text: string): number | 'auto' {
  if (text === 'auto') return 'auto';
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 64)
    throw new InvalidArgumentError('Give a number from 1 to 64, or auto.');
  return number;
}

function readAmount(text: string): Amount {
  const amount = parseAmount(text);
  if (!amount.ok) throw new InvalidArgumentError(`${amount.error}.`);
  return amount.value;
}

function parseCount(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('Give a number from 1 on.');
  return number;
}

/** `scale=5`, as `/implement start` took it (source 002). */
function scaleOf(word: string | undefined): number | 'auto' | undefined {
  if (word === undefined) return undefined;
  if (!word.startsWith('scale='))
    throw new PawlError('USAGE', `unexpected word ${word}`, { hint: 'Type `pawl help run`.' });
  return parseParallel(word.slice('scale='.length));
}

function contextOf(command: Command): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  const folder =
    options.cwd === undefined ? process.cwd() : isAbsolute(options.cwd) ? options.cwd : resolve(options.cwd);
  const color =
    process.stdout.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
  return {
    folder,
    json: options.json === true,
    color,
    columns: process.stdout.columns ?? 100,
    ...(options.backlog === undefined ? {} : { backlog: options.backlog }),
    ...(options.format === undefined ? {} : { format: options.format }),
  };
}
