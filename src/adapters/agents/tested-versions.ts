/** The versions of the agents' programs that Pawl's tests drive. */
export const testedVersions = {
  claude: '2.1.328',
  codex: '0.169.0',
  opencode: '1.18.33',
  gemini: '0.61.0',
} as const;

/** What a person should know of a version; nothing for the tested one. `printed` is what the program says it is. */
export function noteVersion(printed: string, tested: string): readonly string[] {
  const [found] = /\d+\.\d+\.\d+/.exec(printed) ?? [];
  if (found === undefined) return [`no version that can be compared with the tested ${tested}`];
  const difference = compare(found, tested);
  if (difference === 0) return [];
  return [`${difference > 0 ? 'newer' : 'older'} than ${tested}, which Pawl is tested with`];
}

function compare(left: string, right: string): number {
  const [a, b] = [left, right].map((version) => version.split('.').map(Number)) as [number[], number[]];
  return a.map((part, index) => part - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
