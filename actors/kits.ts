/**
 * Kits: sold as one, kept as components. An ordered kit becomes lines of its components when the order is
 * placed; what the item says of the kit later changes nothing for that order. Pure.
 */
import type { LineId, Sku } from './ids.ts';
import type { Kit } from './item-commands.ts';
import { orderLinesMax, quantityMax } from './limits.ts';
import { reject, type Rejection } from './rejection.ts';
import type { KitRef, LineUnits, OrderLine } from './vocabulary.ts';

/** A line as it was asked for. */
export interface AskedLine {
  readonly lineId?: LineId | undefined;
  readonly sku: Sku;
  readonly quantity: number;
  readonly unitPriceMinor?: number | undefined;
  /** Its name is mapped to nothing: it is no SKU of ours, and no kit. */
  readonly isUnmapped?: true | undefined;
}

/** A line to be sourced: as it was asked for, or a component of a kit that was. */
export interface ExplodedLine {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly kit?: KitRef | undefined;
  readonly isUnmapped?: true | undefined;
}

/** The longest a line id may be (rule O23). */
const lineIdMax = 64;

/**
 * Lines numbered, and each kit replaced by its components: line "2" by "2.1", "2.2" …
 * @param kitOf what a SKU consists of; undefined when it is no kit.
 */
export function explode(
  lines: readonly AskedLine[],
  kitOf: (sku: Sku) => Kit | undefined,
): readonly ExplodedLine[] | Rejection {
  const exploded: ExplodedLine[] = [];
  const seen = new Set<string>();
  const add = (line: ExplodedLine, index: number): Rejection | undefined => {
    const { lineId } = line;
    if (seen.has(lineId)) return reject('duplicate', `line id ${lineId} twice`, `body.lines[${index}].lineId`);
    seen.add(lineId);
    exploded.push(line);
    return undefined;
  };
  for (const [index, line] of lines.entries()) {
    const { lineId = String(index + 1) as LineId, sku, quantity, unitPriceMinor = 0 } = line;
    const kit = line.isUnmapped === true ? undefined : kitOf(sku);
    if (kit === undefined) {
      const { isUnmapped } = line;
      const unmapped = isUnmapped === undefined ? {} : { isUnmapped };
      const refused = add({ lineId, sku, quantity, unitPriceMinor, ...unmapped }, index);
      if (refused !== undefined) return refused;
      continue;
    }
    const wrong = unfit(lineId, quantity, kit, index);
    if (wrong !== undefined) return wrong;
    if (seen.has(lineId)) return reject('duplicate', `line id ${lineId} twice`, `body.lines[${index}].lineId`);
    seen.add(lineId);
    const ref: KitRef = { lineId, sku, quantity, unitPriceMinor, together: kit.together };
    for (const [place, { sku: component, quantity: units }] of kit.components.entries()) {
      const part = { lineId: `${lineId}.${place + 1}` as LineId, sku: component, quantity: units * quantity };
      const refused = add({ ...part, unitPriceMinor: 0, kit: ref }, index);
      if (refused !== undefined) return refused;
    }
  }
  if (exploded.length <= orderLinesMax) return exploded;
  return reject('over-limit', `with components ${exploded.length} lines, over ${orderLinesMax}`, 'body.lines');
}

function unfit(lineId: LineId, quantity: number, { components }: Kit, index: number): Rejection | undefined {
  const field = `body.lines[${index}]`;
  if (lineId.length + 1 + String(components.length).length > lineIdMax) {
    const detail = `the components of ${lineId} would have ids over ${lineIdMax} characters`;
    return reject('over-limit', detail, `${field}.lineId`);
  }
  const over = components.find((one) => one.quantity * quantity > quantityMax);
  if (over === undefined) return undefined;
  return reject('over-limit', `more than ${quantityMax} units of ${over.sku}`, `${field}.quantity`);
}

/** Units of a component in one kit. */
export function perKit({ quantity, kit }: Pick<OrderLine, 'quantity' | 'kit'>): number {
  return kit === undefined ? 1 : quantity / kit.quantity;
}

/** Units named of kits become units of their components. */
export function componentUnits(lines: readonly OrderLine[], units: readonly LineUnits[]): readonly LineUnits[] {
  if (!lines.some(({ kit }) => kit !== undefined)) return units;
  return units.flatMap(({ lineId, quantity }) => {
    const parts = lines.filter(({ kit }) => kit?.lineId === lineId);
    if (parts.length === 0) return [{ lineId, quantity }];
    return parts.map((part) => ({ lineId: part.lineId, quantity: quantity * perKit(part) }));
  });
}

/** The kit that these units would tear apart: not as many of each component as make whole kits. */
export function tornKit(lines: readonly OrderLine[], units: readonly LineUnits[]): KitRef | undefined {
  const sums = new Map<string, number>();
  for (const { lineId, quantity } of units) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
  const kits = new Map<string, number>();
  for (const line of lines) {
    if (line.kit === undefined) continue;
    const whole = (sums.get(line.lineId) ?? 0) / perKit(line);
    const others = kits.get(line.kit.lineId);
    if (!Number.isInteger(whole) || (others !== undefined && others !== whole)) return line.kit;
    kits.set(line.kit.lineId, whole);
  }
  return undefined;
}

/** What of a line says whether whole kits of it wait. */
export type WaitingLine = Pick<OrderLine, 'lineId' | 'sku' | 'quantity' | 'backordered' | 'kit'>;

/** The kits of which whole ones wait: of each component as many units as the same number of kits takes. */
export function wholeKits(lines: readonly WaitingLine[]): ReadonlySet<LineId> {
  const kits = new Map<LineId, number>();
  const torn = new Set<LineId>();
  for (const line of lines) {
    if (line.kit === undefined) continue;
    const { lineId } = line.kit;
    const whole = line.backordered / perKit(line);
    if (!Number.isInteger(whole) || (kits.get(lineId) ?? whole) !== whole) torn.add(lineId);
    kits.set(lineId, whole);
  }
  return new Set([...kits].flatMap(([lineId, whole]) => (whole === 0 || torn.has(lineId) ? [] : [lineId])));
}

/**
 * Whether sourcing an order again may find anything: a line of which there is some, or a kit of whose
 * components there is enough for one. A kit that lost some of its units is completed piece by piece.
 * @param unitsOf units that may be sold of a SKU.
 */
export function maySource(lines: readonly OrderLine[], unitsOf: (sku: Sku) => number): boolean {
  let whole: ReadonlySet<LineId> | undefined;
  const scarce = new Set<LineId>();
  for (const line of lines) {
    if (line.backordered === 0) continue;
    if (line.kit !== undefined) whole ??= wholeKits(lines);
    if (line.kit === undefined || whole?.has(line.kit.lineId) !== true) {
      if (unitsOf(line.sku) > 0) return true;
    } else if (unitsOf(line.sku) < perKit(line)) scarce.add(line.kit.lineId);
  }
  for (const kit of whole ?? []) if (!scarce.has(kit)) return true;
  return false;
}
