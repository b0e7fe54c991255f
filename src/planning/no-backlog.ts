/**
 * Files that are no backlogs: those that stand beside one, and drafts. Who names the former usually means the backlog
 * it belongs to; what that is called follows from the file's own name.
 */
export interface CompanionFile {
  /** What the file is, as the end of a sentence about it. */
  readonly what: string;
  /** What to type instead. */
  readonly hint: string;
}

const known: readonly (readonly [RegExp, (folder: string, file: string) => CompanionFile])[] = [
  [
    /^task-state\.json$/i,
    (folder) => ({
      what: 'is the state of a manifest, and no backlog',
      hint: `name the manifest, it is read with it: \`--backlog ${folder}virtual-task-manifest.json\``,
    }),
  ],
  [
    /^\.?spec-manifest\.md$/i,
    () => ({
      what: 'is the list of specs that is read with a TASKS.md, and no backlog',
      hint: 'name the TASKS.md: `--backlog docs/TASKS.md`, for example',
    }),
  ],
  [
    /^implementation_progress\.md$/i,
    (folder) => ({
      what: 'is the progress of a TASKS.md, and no backlog',
      hint: `name the TASKS.md, statuses are written to both: \`--backlog ${folder}TASKS.md\``,
    }),
  ],
  [
    /^sprint-status\.ya?ml$/i,
    (folder) => ({
      what: 'is the overview of BMAD stories, and no backlog',
      hint: `name the folder of the stories: \`--backlog ${folder === '' ? '.' : folder.slice(0, -1)}\``,
    }),
  ],
  [
    /.-design\.md$/i,
    (folder, file) => ({
      what: 'is a design, and no backlog',
      hint: `name the plan that was made of it: \`--backlog ${folder}${file.replace(/-design\.md$/i, '.md')}\`, for example`,
    }),
  ],
];

export function companionFile(path: string): CompanionFile | undefined {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const file = path.slice(folder.length);
  return known.find(([pattern]) => pattern.test(file))?.[1](folder, file);
}

/** Lines of front matter; no longer one says what its text is. */
const maxLines = 100;

/** Its front matter says that nobody has decided on it yet, or that it was decided against. */
export function isDraft(text: string): boolean {
  const [first, ...lines] = text
    .slice(0, 20_000)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/, maxLines);
  const end = lines.indexOf('---');
  if (first !== '---' || end === -1) return false;
  return lines
    .slice(0, end)
    .some((line) => /^status:[ \t]*["']?(?:draft|proposed|rejected|superseded)\b/i.test(line));
}
