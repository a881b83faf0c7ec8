/** What a unit, or a parcel of units, is to a carrier: weight, the room it takes, longest side and girth. Pure. */
import type { Item } from './item-commands.ts';

export interface Shape {
  readonly grams: number;
  /** The weight of the heaviest unit. */
  readonly unitGrams: number;
  /** Cubic millimetres. */
  readonly mm3: number;
  /** The longest side of any unit. */
  readonly sideMm: number;
  /** The most of any unit: its longest side and what goes around the other two. */
  readonly girthMm: number;
}

/** Of a unit that nothing is known of. */
export const noShape: Shape = { grams: 0, unitGrams: 0, mm3: 0, sideMm: 0, girthMm: 0 };

type Measured = Pick<Item, 'grams' | 'lengthMm' | 'widthMm' | 'heightMm'>;

/** The shape of a unit. Sides count when all three are known. */
export function shapeOf({ grams = 0, lengthMm, widthMm, heightMm }: Measured): Shape {
  if (lengthMm === undefined || widthMm === undefined || heightMm === undefined) {
    return grams === 0 ? noShape : { ...noShape, grams, unitGrams: grams };
  }
  const sideMm = Math.max(lengthMm, widthMm, heightMm);
  const girthMm = sideMm + 2 * (lengthMm + widthMm + heightMm - sideMm);
  return { grams, unitGrams: grams, mm3: lengthMm * widthMm * heightMm, sideMm, girthMm };
}

/** A parcel that is filled unit by unit: weight and room add up, of sides the longest counts. */
export class Load implements Shape {
  grams = 0;
  unitGrams = 0;
  mm3 = 0;
  sideMm = 0;
  girthMm = 0;

  empty(): this {
    this.grams = this.unitGrams = this.mm3 = this.sideMm = this.girthMm = 0;
    return this;
  }

  /** Add so many units, or a whole parcel. */
  add({ grams, unitGrams, mm3, sideMm, girthMm }: Shape, units: number): this {
    if (units <= 0) return this;
    this.grams += units * grams;
    this.mm3 += units * mm3;
    if (unitGrams > this.unitGrams) this.unitGrams = unitGrams;
    if (sideMm > this.sideMm) this.sideMm = sideMm;
    if (girthMm > this.girthMm) this.girthMm = girthMm;
    return this;
  }
}
