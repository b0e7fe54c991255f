import type { DeclaredStatus } from '../../domain/plan.ts';
import { declaredFor } from '../checkbox.ts';
import { viewStatusOf } from './new-text.ts';

/** The mark of a box that comes nearest to a status. `inProgress` is a blank where the format has none for it. */
export function markOf(declared: DeclaredStatus, inProgress: ' ' | '-' | '~' = ' '): string {
  const said = declaredFor(viewStatusOf(declared));
  return said === 'completed' ? 'x' : said === 'in-progress' ? inProgress : ' ';
}
