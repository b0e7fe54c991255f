import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunView } from '../../src/domain/view.ts';
import { renderDiagnostics } from '../../src/planning/diagnostic.ts';
import type { PlanFault } from '../../src/planning/plan-fault.ts';
import { readPlan, type LoadedPlan, type PlanRequest } from '../../src/planning/read-plan.ts';
import { writeViews } from '../../src/planning/write-views.ts';
import type { Result } from '../../src/util/result.ts';
import type { Damage } from '../../test/rig/damage.ts';
import type { Seed } from '../../test/rig/seeds/seed.ts';
import { viewOf } from '../../test/unit/planning/formats/plan-texts.ts';

type Tree = ReadonlyMap<string, string>;

/** Nobody's business: what a backlog might name, inside the repository and outside. */
const canaries: Readonly<Record<string, string>> = {
  'repository/README.md': '# Project\n',
  'repository/package.json': '{}\n',
  'repository/src/index.ts': 'export {};\n',
  'repository/.git/config': '[core]\n',
  'etc/passwd': 'root\n',
  'outside.md': '- [ ] T001 outside\n',
  'a.md': '- [ ] T001 outside\n',
};

/**
 * One damaged backlog in a folder that is a repository: read as a user would, written back, and the whole folder
 * compared. The repository has a folder around it, so that what climbs out of it is seen.
 */
export class DiskCase {
  readonly refusals: string[] = [];
  isValid = false;
  private readonly folder: string;
  private readonly root: string;
  private readonly damage: Damage;
  private readonly index: number;
  private readonly failures: string[] = [];

  constructor(folder: string, damage: Damage, index: number) {
    this.folder = folder;
    this.root = join(folder, 'repository');
    this.damage = damage;
    this.index = index;
  }

  async run(): Promise<readonly string[]> {
    const { undamaged, damaged, file } = this.damage;
    this.reset(damaged);
    if (this.index % 8 === 0) this.flipBytes(file);
    await this.readAndWrite();
    // A file may be damaged between the reading and the writing.
    this.reset(undamaged);
    const loaded = await this.read({ backlog: undamaged.entry, format: undamaged.format });
    if (!loaded.ok) return this.failures;
    this.put(damaged);
    await this.write(loaded.value, this.view(loaded.value));
    return this.failures;
  }

  private async readAndWrite(): Promise<void> {
    const before = this.tree();
    const result = await this.read(this.request());
    this.compare(before, this.tree(), []);
    if (!result.ok) {
      const { code, diagnostics } = result.error;
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      this.refusals.push(...(errors.length > 0 ? errors.map((error) => error.code) : [code]));
      return;
    }
    this.isValid = true;
    const loaded = result.value;
    const view = this.view(loaded);
    await this.write(loaded, view);
    const written = this.tree();
    await this.write(loaded, view);
    this.compare(written, this.tree(), []);
    const again = await this.read(this.request());
    const ids = ({ plan }: LoadedPlan): string => plan.tasks.map(({ id }) => id).join(' ');
    if (!again.ok) this.failures.push(`refused after statuses were written: ${again.error.message}`);
    else if (ids(again.value) !== ids(loaded))
      this.failures.push('other tasks are read after statuses were written');
  }

  /** As a user names it: by its path alone, with its format, or not at all. */
  private request(): Omit<PlanRequest, 'root'> {
    const { entry, format } = this.damage.damaged;
    if (this.index % 3 === 0) return {};
    return this.index % 3 === 1 ? { backlog: entry } : { backlog: entry, format };
  }

  private async read(request: Omit<PlanRequest, 'root'>): Promise<Result<LoadedPlan, PlanFault>> {
    const result = await readPlan({ root: this.root, ...request });
    const { diagnostics, sources } = result.ok
      ? { diagnostics: result.value.warnings, sources: result.value.sources }
      : result.error;
    renderDiagnostics(diagnostics, sources, { color: true });
    return result;
  }

  private view({ plan }: LoadedPlan): RunView {
    const { status, pick } = this.damage.change;
    return viewOf(
      Object.fromEntries(plan.tasks.map(({ id }, at) => [id, (at + pick) % 3 === 0 ? 'pending' : status])),
    );
  }

  private async write(loaded: LoadedPlan, view: RunView): Promise<void> {
    const before = this.tree();
    await writeViews({ root: this.root, loaded, view });
    this.compare(before, this.tree(), loaded.viewFiles);
  }

  private compare(before: Tree, after: Tree, allowed: readonly string[]): void {
    const names = new Set([...before.keys(), ...after.keys()]);
    for (const name of names) {
      if (before.get(name) === after.get(name)) continue;
      const isOwn = allowed.some((file) => name === `repository/${file}`);
      if (!isOwn || !after.has(name)) this.failures.push(`${name} was written, made or removed`);
    }
  }

  private reset(backlog: Seed): void {
    rmSync(this.folder, { recursive: true, force: true });
    for (const [name, text] of Object.entries(canaries)) putFile(join(this.folder, name), text);
    this.put(backlog);
  }

  private put({ files, beside }: Seed): void {
    for (const [name, text] of Object.entries({ ...files, ...beside })) putFile(join(this.root, name), text);
  }

  /** A few bytes that are no longer UTF-8, or are another letter. */
  private flipBytes(file: string): void {
    const bytes = readFileSync(join(this.root, file));
    for (let count = 0; count < 3 && bytes.length > 0; count += 1) {
      const at = (this.damage.change.pick * 7919 + count * 104_729) % bytes.length;
      bytes[at] = bytes[at]! ^ (1 << (((this.index >> 3) + count) % 8));
    }
    writeFileSync(join(this.root, file), bytes);
  }

  private tree(): Tree {
    const entries = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    return new Map(
      entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => {
          const path = join(entry.parentPath, entry.name);
          return [path.slice(this.folder.length + 1), readFileSync(path, 'latin1')];
        }),
    );
  }
}

function putFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
