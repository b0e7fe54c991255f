import type { Span } from '../../diagnostic.ts';
import { elementsOf, elementStarts, linesOf, locateJson, Positions, skipSpace } from '../../json-text.ts';
import type { JsonSpan } from '../../json-text.ts';
import { spanOf } from '../json-file.ts';

export type Path = readonly (string | number)[];

interface List {
  readonly path: string;
  readonly span: JsonSpan;
  readonly elements: readonly JsonSpan[];
  /** Texts among the elements; of two that are the same the first. Made when it is asked for. */
  byText: ReadonlyMap<unknown, JsonSpan> | undefined;
}

/** Where the values of a manifest stand in its text. */
export class ManifestPlaces {
  private readonly file: string;
  private readonly text: string;
  private readonly positions: Positions;
  private starts: Uint32Array = new Uint32Array();
  private lines: Uint32Array = new Uint32Array();
  /** A long list full of faults is gone through once, and not once for each. */
  private last: List | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.positions = new Positions(text);
  }

  /** Looks for the elements of `tasks` once; without it every task would be looked for from the beginning. */
  findTasks(): void {
    this.starts = elementStarts(this.text, 'tasks');
    this.lines = linesOf(this.text, this.starts);
  }

  /** 1-based. */
  lineOfTask(index: number): number {
    return this.lines[index] ?? 1;
  }

  /** The place of the value at a path, or of what is nearest above it when it is missing. */
  span(path: Path): Span {
    return spanOf(this.file, this.text, this.positions, this.find(path));
  }

  /** An item by its text: where a list holds more than texts, its places are not those of the draft's list. */
  spanOfItem(path: Path, item: string | undefined): Span {
    const list = this.listAt(path);
    list.byText ??= new Map(
      list.elements
        .toReversed()
        .map((place) => [JSON.parse(this.text.slice(place.start, place.end)) as unknown, place]),
    );
    const found = list.byText.get(item) ?? list.span;
    return spanOf(this.file, this.text, this.positions, found);
  }

  private find(path: Path): JsonSpan {
    const index = path.at(-1);
    if (typeof index === 'number' && path.length > 2) {
      const { span, elements } = this.listAt(path.slice(0, -1));
      return elements[index] ?? span;
    }
    const start = path[0] === 'tasks' && typeof path[1] === 'number' ? this.starts[path[1]] : undefined;
    return start === undefined
      ? locateJson(this.text, skipSpace(this.text, 0), path)
      : locateJson(this.text, start, path.slice(2));
  }

  private listAt(path: Path): List {
    const name = path.join('\n');
    if (this.last?.path === name) return this.last;
    const span = this.find(path);
    const elements = this.text[span.start] === '[' ? elementsOf(this.text, span.start) : [];
    this.last = { path: name, span, elements, byText: undefined };
    return this.last;
  }
}
