/** Backlogs that benchmarks are run on. The same arguments give the same text, always. */

export interface BenchTask {
  readonly task_id: string;
  readonly title: string;
  readonly description: string;
  readonly acceptance_criteria: readonly { readonly id: string; readonly text: string }[];
  readonly depends_on_tasks: readonly string[];
  readonly risk: 'High' | 'Medium' | 'Low';
  readonly est: { readonly size: 'S' | 'M' | 'L' };
  readonly file_scope: readonly string[];
  readonly related_specs: readonly string[];
  readonly test_verification: readonly string[];
}

export const manifestFile = 'virtual-task-manifest.json';
/** The file that every task of {@link largeBacklog} says must be read; it has to be in the repository. */
export const specFile = 'docs/spec.md';

export function manifestText(tasks: readonly BenchTask[]): string {
  return `${JSON.stringify({ status: 'OK', title: 'Benchmark', tasks }, undefined, 1)}\n`;
}

/** A few small tasks; `chained`: each depends on the one before it, so that nothing overlaps. */
export function smallBacklog(count: number, order: 'independent' | 'chained'): readonly BenchTask[] {
  return Array.from({ length: count }, (_, index) => {
    const id = taskId(index + 1, 3);
    return {
      task_id: id,
      title: `Part ${index + 1}`,
      description: '',
      acceptance_criteria: [{ id: `${id}-AC01`, text: 'Its file is there.' }],
      depends_on_tasks: order === 'chained' && index > 0 ? [taskId(index, 3)] : [],
      risk: 'Medium',
      est: { size: 'S' },
      file_scope: [`parts/${id}.txt`],
      related_specs: [],
      test_verification: [],
    };
  });
}

/**
 * `count` tasks (1,000 or more) of three criteria each, with exactly `2 * count` dependencies, all on earlier tasks:
 * the first 100 tasks have none, the next 200 have three, the rest two.
 */
export function largeBacklog(count: number): readonly BenchTask[] {
  const random = lcg(20_260_901);
  return Array.from({ length: count }, (_, index) => {
    const id = taskId(index, 6);
    const risk = (['High', 'Medium', 'Medium', 'Low', 'Low'] as const)[index % 5]!;
    return {
      task_id: id,
      title: `Let part ${index} of the system do what its users expect`,
      description: `The part numbered ${index} reads its input, checks it, and passes on what is valid; what is not is said with its place.`,
      acceptance_criteria: [1, 2, 3].map((number) => ({
        id: `${id}-AC0${number}`,
        text: `Given input of kind ${number}, part ${index} answers with the result that the specification names.`,
      })),
      depends_on_tasks: earlierTasks(index, index < 100 ? 0 : index < 300 ? 3 : 2, random),
      risk,
      est: { size: (['S', 'M', 'L'] as const)[index % 3]! },
      file_scope: [`src/area-${index % 97}/part-${index}.ts`],
      related_specs: [specFile],
      test_verification: risk === 'High' ? [`test/part-${index}.test.ts`] : [],
    };
  });
}

function earlierTasks(index: number, wanted: number, random: () => number): readonly string[] {
  const chosen = new Set<number>();
  while (chosen.size < wanted) chosen.add(Math.floor(random() * index));
  return [...chosen].map((earlier) => taskId(earlier, 6));
}

function taskId(number: number, digits: number): string {
  return `T-${String(number).padStart(digits, '0')}`;
}

/** Numbers from 0 to 1 by a linear congruential generator (Numerical Recipes, 3rd edition, 7.1). */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
