/**
 * The closed list of codes a user can meet. `pawl explain CODE` prints an entry; docs/reference/codes.md is
 * generated from it. `exit` is the process exit code of a refusal with that code (2 usage, 3 plan or config
 * refused, 4 environment refused, 130 interrupted); warnings and anomalies never end a run and have none.
 */
export interface CodeEntry {
  readonly exit?: 2 | 3 | 4 | 130;
  readonly meaning: string;
  readonly next: string;
}

const codeTable = {
  // Usage
  USAGE: {
    exit: 2,
    meaning: 'The command line has a word or option that Pawl does not know, or lacks one.',
    next: 'Read the usage line, or type `pawl help`.',
  },
  'UNKNOWN-TASK': {
    exit: 2,
    meaning: 'No task of the plan has that id.',
    next: 'Type `pawl plan` to see the ids.',
  },
  'UNKNOWN-CODE': {
    exit: 2,
    meaning: '`pawl explain` was given a word that is neither a task id nor a code.',
    next: 'See docs/reference/codes.md for every code.',
  },
  'NO-RUN': {
    exit: 2,
    meaning: 'Nothing has been run for this plan yet, so there is nothing to show.',
    next: 'Type `pawl run`.',
  },
  'DECISION-REFUSED': {
    exit: 2,
    meaning: 'The decision does not fit the state the task is in.',
    next: 'Type `pawl show TASK` to see its state.',
  },

  'BUDGET-NONE': {
    exit: 2,
    meaning: 'More was granted where nothing is limited, so that the grant would change nothing.',
    next: 'Set `budgets` in pawl.config.ts, or start with `pawl run --budget 20usd`.',
  },
  'NO-LOG': {
    exit: 2,
    meaning: 'No attempt of that number has been made at the task, so that there is no log of it.',
    next: 'Type `pawl show TASK` to see its attempts.',
  },
  'EDGE-UNKNOWN': {
    exit: 2,
    meaning: 'A person decided on a dependency that nothing suggests.',
    next: 'Type `pawl edges`; what you know yourself belongs into the backlog.',
  },
  'EDGE-REFUSED': {
    exit: 2,
    meaning: 'The decision on a dependency contradicts the backlog or would close a cycle.',
    next: 'Change the backlog, or refuse the edge it would close a cycle with.',
  },

  // Plan and configuration
  'PLAN-NOT-FOUND': {
    exit: 3,
    meaning: 'No backlog was found where Pawl looks, or at the path that was named.',
    next: 'Name it: `pawl plan --backlog PATH`, or set `backlog` in pawl.config.ts.',
  },
  'PLAN-AMBIGUOUS': {
    exit: 3,
    meaning: 'More than one backlog was found.',
    next: 'Name one: `--backlog PATH`.',
  },
  'PLAN-UNREADABLE': {
    exit: 3,
    meaning: 'The backlog file cannot be read.',
    next: 'Check the path and its permissions.',
  },
  'PLAN-FORMAT': {
    exit: 3,
    meaning: 'The file is not in a format that Pawl reads.',
    next: 'Name the format with `--format`, or see docs/guides/backlogs.md.',
  },
  'PLAN-INVALID': {
    exit: 3,
    meaning: 'The backlog has faults; all of them are listed, with their place.',
    next: 'Mend the marked places, then type `pawl plan`.',
  },
  'PLAN-SYNTAX': { exit: 3, meaning: 'The backlog file is not well-formed.', next: 'Mend the marked place.' },
  'PLAN-EMPTY': {
    exit: 3,
    meaning: 'The backlog holds no task.',
    next: 'Add a task, or name another backlog with `--backlog PATH`.',
  },
  'PLAN-BAD-FIELD': {
    exit: 3,
    meaning: 'A field of the backlog is missing or has a value that cannot be used.',
    next: 'Mend the marked field.',
  },
  'PLAN-BAD-ID': {
    exit: 3,
    meaning: 'A task id holds characters that are not safe in git refs and file names.',
    next: 'Use letters, digits, ".", "_" and "-" only.',
  },
  'PLAN-DUPLICATE-ID': {
    exit: 3,
    meaning: 'Two tasks have the same id.',
    next: 'Give one of them another id.',
  },
  'PLAN-UNKNOWN-DEPENDENCY': {
    exit: 3,
    meaning: 'A task depends on an id that no task has.',
    next: 'Correct the id, or remove the dependency.',
  },
  'PLAN-SELF-DEPENDENCY': { exit: 3, meaning: 'A task depends on itself.', next: 'Remove the dependency.' },
  'PLAN-CYCLE': {
    exit: 3,
    meaning: 'Tasks depend on each other in a circle, so none of them could ever start.',
    next: 'Remove one edge of the printed path.',
  },
  'PLAN-TOO-LARGE': {
    exit: 3,
    meaning: 'A backlog file or one task in it is larger than Pawl reads.',
    next: 'Split it, or move long texts into files the task refers to.',
  },
  'PLAN-WARNING': {
    meaning: 'Something in the backlog looks wrong, but does not hinder a run.',
    next: 'Read the marked place.',
  },
  'SPEC-UNREADABLE': {
    exit: 3,
    meaning: 'The specification that a backlog is to be made from cannot be read.',
    next: 'Name a text file of the repository.',
  },
  'CONFIG-INVALID': {
    exit: 3,
    meaning: 'pawl.config.ts or pawl.config.json has a field with a value that cannot be used.',
    next: 'Mend the named field; docs/reference/config.md lists them.',
  },
  'CONFIG-UNREADABLE': {
    exit: 3,
    meaning: 'The configuration file cannot be loaded.',
    next: 'Run it with `node pawl.config.ts` to see the error.',
  },
  'CONFIG-EXISTS': {
    exit: 3,
    meaning: '`pawl init` never overwrites a configuration.',
    next: 'Edit the file, or remove it first.',
  },

  // Conversion
  'CONVERT-FORMAT': {
    exit: 2,
    meaning: 'The path of the new backlog does not tell its format, or fits several.',
    next: 'Name the format: `pawl convert FROM TO --to FORMAT`.',
  },
  'CONVERT-OUTSIDE': {
    exit: 2,
    meaning: "The new backlog would be written outside the repository, or into git's own folder.",
    next: 'Name a path in the repository, relative to its root.',
  },
  'CONVERT-EXISTS': {
    exit: 3,
    meaning: 'A file that the new backlog needs is there already, or is the backlog that is read.',
    next: 'Name another path; `--force` overwrites any file but those that are read.',
  },
  'CONVERT-INVALID': {
    exit: 3,
    meaning: 'The new backlog would have faults, so nothing was written.',
    next: 'Mend what the faults name in the old one, or choose another format with `--to`.',
  },
  'CONVERT-UNWRITABLE': {
    exit: 4,
    meaning: 'A file of the new backlog cannot be written; nothing was changed.',
    next: 'Make the place writable, or name another path.',
  },

  // Activation (source 001)
  'BLOCKED::NOT-ON-MAIN-BRANCH': {
    exit: 4,
    meaning: 'The current branch is not one of `baseBranches`.',
    next: 'Check out the main branch, or pass `--allow-branch`.',
  },
  'BLOCKED::DIRTY-GIT-STATUS': {
    exit: 4,
    meaning: 'The checkout has uncommitted or staged changes, which agents would not see.',
    next: 'Commit or stash them, or pass `--allow-dirty` to work from HEAD.',
  },
  'BLOCKED::MASTER-PRD-STALE': {
    exit: 3,
    meaning: 'The PRD the plan names is missing, or has changed since the manifest was made.',
    next: 'Make the manifest again from the current PRD.',
  },
  'BLOCKED::MANIFEST-STATUS': {
    exit: 3,
    meaning: "The manifest's status is not OK, or an unresolved blocking gap code stands in it.",
    next: 'Resolve the gaps it names and make the manifest again.',
  },
  'BLOCKED::LOW-ORCHESTRATION-VALUE': {
    exit: 3,
    meaning: 'In strict mode a run is refused when under 70 % of the High-risk tasks are pending.',
    next: 'Leave out `--strict`, or work on the few open tasks by hand.',
  },
  'BLOCKED::MISSING-CONTEXT': {
    exit: 3,
    meaning: 'A file the task says must be read does not exist or cannot be read.',
    next: 'Add the file, or correct the path in the backlog.',
  },
  'BLOCKED::SPEC-REF-GAP': {
    exit: 3,
    meaning: 'A High-risk task names no test spec.',
    next: 'Name its test files (`test_verification`) in the backlog.',
  },
  'BLOCKED::EMPTY-AC': {
    exit: 3,
    meaning: 'A task has no acceptance criteria, so nothing could tell when it is done.',
    next: 'Write at least one criterion.',
  },
  'BLOCKED::MISSING-TESTS': {
    exit: 3,
    meaning: 'A High-risk task is claimed done, but a test file it names does not exist.',
    next: 'Add the tests, or set the task back to pending.',
  },
  'BLOCKED::DEPENDENCY-NOT-DONE': {
    exit: 3,
    meaning: 'A task was asked for by name while a task it depends on is open.',
    next: 'Ask for the dependency too, or run without `--only`.',
  },
  'WARN::FALLBACK-MISSING': {
    meaning:
      'An agent that attempts may get is not installed; the others that are named with it do its work.',
    next: 'Install it, or take it out of `agent`, `fallback` or `roles`; `pawl doctor` lists what is there.',
  },
  'WARN::NO-SANDBOX': {
    meaning: 'Agents run with the rights of the person, because bubblewrap is missing or does not work here.',
    next: 'Install bubblewrap; `pawl doctor` says what is in the way. `sandbox: { mode: "off" }` says that it is meant so.',
  },
  'WARN::NOT-LOGGED-IN': {
    meaning:
      'An agent that attempts may get finds neither a key in its variables nor a login in its files, so that its attempts will end at once.',
    next: 'Log in as the message says; a key in a variable of another name has to be named in `passEnv`.',
  },
  'WARN::BRANCH-DIVERGED': {
    meaning: "The user's branch and the integration branch each have commits that the other has not.",
    next: '`pawl land` brings the two together; until then agents work without the new commits.',
  },
  'BLOCKED::SPEC-CHANGED': {
    exit: 3,
    meaning: 'The text of a task changed, and the run was told to leave such tasks out.',
    next: '`pawl run --on-spec-change sync` works on it by its new text.',
  },
  'WARN::STALE-MANIFEST-HASH': {
    meaning: 'task-state.json was written for another version of the manifest.',
    next: 'Pawl goes on and writes the current hash.',
  },
  'WARN::NO-PARALLEL-METADATA': {
    meaning: 'Batch mode was asked for, but tasks lack `parallel` or `conflicts_with`.',
    next: 'Pawl works one task at a time; add the fields to change that.',
  },
  'WARN::LOW-ORCHESTRATION-VALUE': {
    meaning: 'Under 70 % of the High-risk tasks are pending.',
    next: 'Nothing; `--strict` makes it a refusal.',
  },
  'WARN::STALE-WORK': {
    meaning: 'A task has been in progress for more than two days.',
    next: 'Type `pawl show TASK`, then `pawl retry TASK` or `pawl skip TASK`.',
  },
  'WARN::NO-GATES': {
    meaning: 'The project has no typecheck, test, lint or build command, so nothing is proven.',
    next: 'Add scripts to package.json, or set `gates` in pawl.config.ts.',
  },
  'WARN::SPEC-CHANGED': {
    meaning: 'The criteria of a task, or the specification it refers to, changed after work was done for it.',
    next: '`pawl run` does a stale task again; `pawl keep TASK` lets its result stand.',
  },
  'WARN::TASK-REMOVED': {
    meaning: 'A task that the run knew is no longer in the backlog.',
    next: 'Nothing is lost: what it landed, its attempts and the journal stay.',
  },
  'WARN::INCOMPLETE-CONTEXT-READ': {
    meaning: 'By its own report of tool use, the agent did not read a file it was told to read.',
    next: 'Look at the attempt with `pawl show TASK`.',
  },
  'ANOMALY::ILLEGAL-JUMP': {
    meaning: 'A task went from pending to completed with no evidence in between.',
    next: 'Check the work by hand, or set it back to pending.',
  },
  'ANOMALY::UNTESTED-HIGH-RISK': {
    meaning: 'A High-risk task is completed and names no test files.',
    next: 'Add tests and name them in the backlog.',
  },

  // Environment
  'SANDBOX-MISSING': {
    exit: 4,
    meaning: 'An agent may run in a sandbox only (`sandbox: { mode: "require" }`), and there can be none.',
    next: 'Install bubblewrap; `pawl doctor` says what is in the way. `pawl run --sandbox off` does without.',
  },
  'NODE-TOO-OLD': {
    exit: 4,
    meaning: 'Pawl needs Node 24 or newer.',
    next: 'Install it, or run `npx -p node@24 -p pawl pawl`.',
  },
  'NO-GIT': {
    exit: 4,
    meaning: 'git is not installed or is older than 2.38.',
    next: 'Install git 2.38 or newer.',
  },
  'NO-REPOSITORY': {
    exit: 4,
    meaning: 'The folder is not inside a git repository with a working tree.',
    next: 'Type `git init`, commit, and try again.',
  },
  'NO-COMMIT': {
    exit: 4,
    meaning: 'The repository has no commit yet, so there is nothing to branch from.',
    next: 'Make a first commit.',
  },
  'DETACHED-HEAD': {
    exit: 4,
    meaning: 'HEAD is not on a branch, so Pawl cannot tell where the work should land.',
    next: 'Check out a branch: `git switch main`.',
  },
  'BRANCH-NAME-TAKEN': {
    exit: 4,
    meaning: 'A branch named `pawl` is in the way of `pawl/<plan>`.',
    next: 'Rename it: `git branch -m pawl my-pawl`.',
  },
  'INTEGRATION-CHECKED-OUT': {
    exit: 4,
    meaning:
      'The integration branch is checked out in a working tree, which would go stale as Pawl moves it.',
    next: 'Switch that working tree to another branch.',
  },
  'INTEGRATION-REWOUND': {
    exit: 4,
    meaning: 'The integration branch no longer holds commits that Pawl landed on it.',
    next: 'Put it back with the printed `git update-ref`, or start over with `pawl run --new`.',
  },
  'RUN-IN-PROGRESS': {
    exit: 4,
    meaning: 'Another Pawl process is working on this repository.',
    next: 'Watch it with `pawl status --watch`, or stop it with Ctrl-C in its terminal.',
  },
  'JOURNAL-UNWRITABLE': {
    exit: 4,
    meaning: 'The journal in the git directory cannot be written.',
    next: 'Check permissions and that the disk is not mounted read-only.',
  },
  'JOURNAL-DAMAGED': {
    exit: 4,
    meaning: 'The journal cannot be read as one.',
    next: 'Move the named file aside and run again; landed work is safe in git.',
  },
  'JOURNAL-NEWER': {
    exit: 4,
    meaning: 'The journal was written by a newer version of Pawl.',
    next: 'Update Pawl.',
  },
  'LEASE-LOST': {
    exit: 4,
    meaning: 'Another process took over the run while this one was stopped.',
    next: 'Nothing is lost; follow the other one with `pawl status`.',
  },
  'NO-SPACE': {
    exit: 4,
    meaning: 'The disk is full.',
    next: 'Free space, then type `pawl run`: it goes on where it was.',
  },
  'READ-ONLY': {
    exit: 4,
    meaning: 'A place Pawl must write to is read-only.',
    next: 'Make it writable, or set PAWL_CACHE to a folder that is.',
  },
  'AGENT-UNKNOWN': {
    exit: 3,
    meaning: 'The configuration or `--agent` names an agent that is not defined.',
    next: 'Define it under `agents` in pawl.config.ts; `pawl doctor` lists what is there.',
  },
  'AGENT-MISSING': {
    exit: 4,
    meaning: "The agent's program is not installed or cannot be started.",
    next: 'Install it, or choose another with `--agent`; `pawl doctor` lists what is there.',
  },
  INTERRUPTED: {
    exit: 130,
    meaning: 'A person stopped the command before it was done.',
    next: 'Nothing was written; type it again.',
  },
  'AGENT-FAILED': {
    exit: 4,
    meaning: 'An agent that was asked a question did not come to an end with an answer.',
    next: 'Ask again, or another agent with `--agent`.',
  },
  'ANSWER-INVALID': {
    exit: 4,
    meaning: 'The answer of an agent is not what was asked for, and asking once more did not help.',
    next: 'Ask another agent with `--agent`; the named log has its words.',
  },
  'AGENT-AUTH': {
    exit: 4,
    meaning: 'The agent is not logged in, or its key was refused.',
    next: 'Log in with the agent itself, then type `pawl run`.',
  },
  'GATE-UNRUNNABLE': {
    exit: 4,
    meaning: "A gate's command cannot be started.",
    next: 'Install the missing program, or correct `gates` in pawl.config.ts.',
  },
  'SETUP-FAILED': {
    exit: 4,
    meaning: 'The set-up command failed in a clean workspace.',
    next: 'Run it by hand in a fresh clone; correct `setup` in pawl.config.ts.',
  },
  'PROCESS-UNKILLABLE': {
    exit: 4,
    meaning: 'A process that an agent or a gate left does not end, even on KILL.',
    next: 'End it by hand (it may wait for a device), then type `pawl run`.',
  },
  'WORKSPACE-FAILED': {
    exit: 4,
    meaning: 'git could not make or reset a workspace.',
    next: 'Type `pawl doctor`.',
  },
  'VIEW-UNWRITABLE': {
    meaning: 'A status could not be written back to the backlog.',
    next: 'Check permissions; the journal has the status and it is written at the next change.',
  },

  // Landing on the user's branch
  'NOTHING-TO-LAND': {
    exit: 2,
    meaning: 'The integration branch holds nothing that the branch does not have.',
    next: 'Type `pawl status`.',
  },
  'LAND-CHECKOUT-DIRTY': {
    exit: 4,
    meaning: 'The checkout has changes in files that landing would overwrite.',
    next: 'Commit or stash them, then type `pawl land`.',
  },
  'LAND-CONFLICT': {
    exit: 4,
    meaning: 'The branch and the integration branch changed the same lines.',
    next: 'Merge by hand: `git merge pawl/<plan>`.',
  },
  'LAND-GATES': {
    exit: 4,
    meaning: 'The two branches merge, but a gate fails on the result.',
    next: 'Type `pawl land --json` for the output; mend it on your branch or on the integration branch.',
  },
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof codeTable;

export const codes: Readonly<Record<Code, CodeEntry>> = codeTable;

export function isCode(text: string): text is Code {
  return Object.hasOwn(codeTable, text);
}
