/** Values beside the orders, read from their saved rows when they are asked for; in memory until they are saved. */
import type { Claim } from '../../storage/journal.ts';
import { prefixes, valueFromRow } from '../rows.ts';
import { intakeCell, type CellOf, type IntakeKind } from './cells.ts';

type ValueOf<K extends IntakeKind> = NonNullable<CellOf<K>['snapshot']>['context'];

export class Shelf<K extends IntakeKind> {
  readonly #cells = new Map<string, CellOf<K>>();
  readonly #kind: K;
  readonly #saved: Pick<Claim, 'row'>;

  constructor(kind: K, saved: Pick<Claim, 'row'>) {
    this.#kind = kind;
    this.#saved = saved;
  }

  /** The value under a name; undefined when there is none. */
  get(id: string): ValueOf<K> | undefined {
    const { snapshot } = this.#cells.get(id) ?? {};
    if (snapshot !== undefined) return snapshot.value === 'removed' ? undefined : snapshot.context;
    const row = this.#saved.row(prefixes[this.#kind] + id);
    return row === undefined || row === null ? undefined : valueFromRow<ValueOf<K>>(row).context;
  }

  /** The cell under a name, that is about to get a value. */
  cell(id: string): CellOf<K> {
    let cell = this.#cells.get(id);
    if (cell === undefined) this.#cells.set(id, (cell = intakeCell(this.#kind, id)));
    return cell;
  }

  /** Let go of what is saved. */
  trimMemory(): void {
    for (const [id, cell] of this.#cells) if (cell.unsaved === 0) this.#cells.delete(id);
  }
}
