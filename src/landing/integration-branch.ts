import { PawlError } from '../domain/refusal.ts';
import type { Repository } from '../ports/repository.ts';

/** Where the integration branch really is, against where the journal last knew it. */
export type IntegrationPosition =
  | { readonly kind: 'as-known' }
  /** Commits were added by someone else; nothing is lost, so they are taken over. */
  | { readonly kind: 'moved-on'; readonly to: string };

/**
 * Compares the ref with the journal. A missing ref is made again at the known commit. Throws INTEGRATION-REWOUND
 * when landed commits are no longer on the branch: going on would lose or repeat them.
 */
export async function locateIntegration(
  repository: Repository,
  ref: string,
  known: string,
): Promise<IntegrationPosition> {
  const actual = await repository.resolve(ref);
  if (actual === known) return { kind: 'as-known' };
  if (actual === undefined) {
    const made = await repository.moveRef(ref, known, undefined, 'pawl: integration branch');
    if (made.ok) return { kind: 'as-known' };
    return locateIntegration(repository, ref, known);
  }
  if (await repository.isAncestor(known, actual)) return { kind: 'moved-on', to: actual };
  throw new PawlError(
    'INTEGRATION-REWOUND',
    `${ref} is at ${actual.slice(0, 10)}, without the landed ${known.slice(0, 10)}`,
    {
      hint: `To put the landed work back: \`git update-ref ${ref} ${known} ${actual}\``,
      details: { ref, known, actual },
    },
  );
}
