/** Tasks that are headings or rows, in the form that boxes have. */
import type { DeclaredStatus } from '../../../domain/plan.ts';
import { pathsIn } from '../../path-mentions.ts';
import { namesCriteria, riskOfValue, sizeOfValue } from './fields.ts';
import { textOfHeading, type HeadingTask } from './headings.ts';
import type { Checklist, Item, ListSection } from './items.ts';
import { labelOf, taskKey } from './labels.ts';
import type { RowTask } from './rows.ts';
import { declaredOfSign, type Sign } from './signs.ts';
import { signedBelow, type Candidate, type Statement } from './candidate.ts';

export function fromRow(section: ListSection, row: RowTask): Candidate {
  const { id, title, place, sign, dependencies, size, risk, description, isStruck } = row;
  const { line } = row.row;
  const item = bareItem(line, place.column, title, sign);
  const key = taskKey(title);
  const isNumber = id !== undefined && /^\d+$/.test(id);
  const keys = [
    id?.toLowerCase(),
    isNumber ? `task ${id}` : undefined,
    key !== undefined && key.word !== 'none' ? key.key : undefined,
  ];
  const statements: readonly Statement[] =
    dependencies === undefined ? [] : [{ text: dependencies.text, line, column: dependencies.column - 1 }];
  return {
    kind: 'row',
    item,
    section,
    groups: [],
    criteria: row.criteria.map((text) => bareItem(line, place.column, text, undefined)),
    label: id ?? labelOf(title),
    told: {
      ...{ size, risk, description, isStruck, testFiles: [], length: place.text.length },
      keys: keys.filter((one) => one !== undefined),
      dependencies: statements,
    },
  };
}

/** `said`: what its group says, where it says nothing itself. */
export function fromHeading(list: Checklist, task: HeadingTask, said: DeclaredStatus | undefined): Candidate {
  const { section, sections, key, title, sign, fields } = task;
  const column = list.lines[section.line]!.text.indexOf(section.heading) + 1;
  const item = bareItem(section.line, column, title === '' ? section.heading : title, sign);
  const valueOf = (name: string): string => fields.find((field) => field.key === name)?.value ?? '';
  const inline = fields.flatMap(({ key: name, value, line, column: at }): readonly Item[] =>
    name === 'criteria' && value !== '' ? [bareItem(line, at + 1, value, undefined)] : [],
  );
  return {
    kind: 'heading',
    item: said === undefined ? item : { ...item, said },
    section: section.parent ?? section,
    groups: [],
    criteria: [...inline, ...criteriaIn(sections)],
    label: key?.id,
    told: {
      keys: key === undefined ? [] : [key.key],
      dependencies: fields.flatMap(({ key: name, value, line, column: at }) =>
        name === 'dependencies' && value !== '' ? [{ text: value, line, column: at }] : [],
      ),
      size: sizeOfValue(valueOf('size')),
      risk: riskOfValue(valueOf('risk')),
      description: textOfHeading(list, task),
      testFiles: [...new Set(pathsIn(valueOf('tests').slice(0, 2_000)))],
      isStruck: section.heading.replace(/^[^~]{0,60}/, '').startsWith('~~') && section.heading.endsWith('~~'),
      length: section.heading.length,
    },
  };
}

/** What stands under words for criteria; where nothing does, all boxes. */
function criteriaIn(sections: readonly ListSection[]): readonly Item[] {
  const named = sections.flatMap((section, at) => {
    const isNamed = at > 0 && namesCriteria(section.heading);
    return section.items.filter(
      ({ label, text }) => text !== '' && (isNamed || (label !== undefined && namesCriteria(label))),
    );
  });
  if (named.length > 0) return named.flatMap((item) => [item, ...signedBelow(item)]);
  return sections.flatMap(({ items }) =>
    items.flatMap((item) => [
      ...(item.sign?.kind === 'box' && item.text !== '' ? [item] : []),
      ...signedBelow(item),
    ]),
  );
}

function bareItem(line: number, column: number, text: string, sign: Sign | undefined): Item {
  return {
    ...{ line, column, indent: 0, sign, text, optional: false, isNumbered: false, label: undefined },
    said: sign === undefined ? undefined : declaredOfSign(sign),
    details: [],
    children: [],
  };
}
