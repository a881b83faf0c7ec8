/**
 * What a solver of sampled futures is asked and what it answers: plain numbers in typed arrays, so that they can be
 * handed to another thread without a copy. Times are hours from any one origin whose days begin at multiples of 24.
 */

/** Orders that were, which futures are drawn from, the first ones first. */
export interface PastOrders {
  readonly hour: Float64Array;
  /** Which lane each went: a region, with whatever else decides what sending there costs. */
  readonly lane: Int32Array;
  /** Where the lines of each begin; one more at the end. */
  readonly firstLine: Int32Array;
  readonly sku: Int32Array;
  readonly units: Int32Array;
}

/** Units that people in stores wanted, one entry each time. */
export interface PastWalkIns {
  readonly hour: Float64Array;
  readonly node: Int32Array;
  readonly sku: Int32Array;
  readonly units: Int32Array;
}

export interface FuturesQuestion {
  /** Grows with each question of a process; the answer says it again. */
  readonly number: number;
  /** Of the draws: the same question has the same answer. */
  readonly seed: number;
  readonly fromHour: number;
  /** The end of what is looked at. */
  readonly toHour: number;
  readonly skus: number;
  /** SKUs whose prices are wanted: the first of all. The rest is what was ordered with them. */
  readonly priced: number;
  readonly nodes: number;
  /** By SKU × node: units there, the hour of the next delivery (Infinity: none), and the units that come with all. */
  readonly now: Float64Array;
  readonly deliveryHour: Float64Array;
  readonly later: Float64Array;
  /** Prices to begin with, such as those of the last time. */
  readonly start: Float64Array;
  /** By SKU. */
  readonly weight: Float64Array;
  readonly walkInLoss: Float64Array;
  /** By lane × node: what a parcel costs beside `rates`; Infinity: none is sent. */
  readonly parcelCost: Float64Array;
  /** By lane × node: where in `rates` its carriage by weight stands; -1: it is in `parcelCost`. */
  readonly rateAt: Int32Array;
  readonly rates: Float64Array;
  readonly rateSteps: number;
  /** Weight of one step. */
  readonly weightStep: number;
  /** By node: what each line costs. */
  readonly lineCost: Float64Array;
  /** What a line costs that nobody can send any more: more than any way to send it. */
  readonly refuseCost: number;
  readonly orders: PastOrders;
  readonly walkIns: PastWalkIns;
  /** Futures drawn, and steps of each towards its prices. */
  readonly samples: number;
  readonly iterations: number;
}

export interface FuturesAnswer {
  readonly number: number;
  /** By priced SKU × node: what the last unit is worth over the futures. */
  readonly prices: Float64Array;
}

/** Whoever answers questions on futures: a worker thread in life. Answers come between turns, late or never. */
export interface FuturesSolver {
  /**
   * Begin to answer one question; there is one at a time. `answered` is called once at most, with undefined when
   * it came to nothing. The arrays of the question belong to the solver from then on.
   */
  ask(question: FuturesQuestion, answered: (answer: FuturesAnswer | undefined) => void): void;
  /** The answer is not waited for any more: stop what is being done. */
  drop(): void;
  close(): void;
}

/** The memory of a question, for whoever hands it over. */
export function buffersOf(question: FuturesQuestion): ArrayBuffer[] {
  const arrays = [question, question.orders, question.walkIns].flatMap((part) => Object.values(part) as unknown[]);
  return arrays.flatMap((value) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
}
