/**
 * Decisions of the past, asked for again: the engine must find each in its journal as it was made, and making it
 * again from what it knows of then must come to the same, across crashes and restarts.
 */
import type { CommandBody } from '../../actors/commands.ts';
import type { QueryKind } from '../../actors/queries.ts';
import type { Event } from '../../actors/vocabulary.ts';
import type { Answers } from '../../engine/outcome.ts';
import type { Entry } from '../../engine/receipts.ts';
import type { TurnRecord } from '../../storage/journal.ts';
import { expect } from './actions.ts';
import type { Life } from './life.ts';
import { difference } from './same.ts';

type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];
type Sourced = Extract<Event, { kind: 'order.sourced' }>;

/** Records of one millisecond that are looked through. */
const sameTimeMax = 1_024;
/** Decisions of which an order remembers when they were, and records before them that are looked through at least. */
const timesKept = 32;
const olderMax = 512;
/** Decisions looked at each time. */
const picks = 6;

/** @param turns what was handed to the journal, by position. @param round which of them to look at: any whole number. */
export function compareExplained(
  { engine, claim }: Pick<Life, 'engine' | 'claim'>,
  turns: ReadonlyMap<number, { readonly record: TurnRecord }>,
  round: number,
): void {
  if (engine === undefined || claim === undefined) return;
  const { head, tail } = claim;
  const ask: Ask = (kind, body) => engine.query({ kind, body } as never).ok as never;
  const made: Made[] = [];
  for (const [position, { record }] of turns) {
    if (position > tail) continue;
    for (const [index, event] of (record.events as readonly Event[]).entries()) {
      // Where the clock stands for longer than it ever does, a decision is not looked for any further.
      const isFar = turns.get(position - sameTimeMax)?.record.atMs === record.atMs;
      if (event.kind === 'order.sourced' && !isFar) made.push({ position, record, index });
    }
  }
  for (let pick = 0; pick < Math.min(picks, made.length); pick += 1) {
    const one = made[(round * 7_919 + pick * 104_729) % made.length];
    if (one !== undefined && !isBeyond(one, made)) check(one, head, ask);
  }
}

interface Made {
  readonly position: number;
  readonly record: TurnRecord;
  /** Its place among the events of the record. */
  readonly index: number;
}

const decisionOf = ({ record, index }: Made): Sourced => (record.events as readonly Event[])[index] as Sourced;

/** Whether an order was sourced so often, and so long, since that it is not looked for any further. */
function isBeyond(one: Made, made: readonly Made[]): boolean {
  const { orderId, attempt } = decisionOf(one);
  const later = made.filter((other) => decisionOf(other).orderId === orderId && decisionOf(other).attempt > attempt);
  const oldest = later.at(-timesKept);
  return oldest !== undefined && oldest.position - one.position > olderMax;
}

function check({ position, record, index }: Made, head: number, ask: Ask): void {
  const events = record.events as readonly Event[];
  const decision = events[index] as Sourced;
  const { orderId, attempt } = decision;
  const what = `decision ${attempt} of ${orderId} at ${position}`;
  const said = ask('decision.explain', { orderId, attempt });
  expect(said !== null, `${what}: the order is not known`);
  if (position < head) {
    expect(said.recorded === undefined && said.recomputed === undefined, `${what} is told after it was trimmed`);
    return;
  }
  const { recorded, recomputed } = said;
  expect(recorded?.position === position, `${what} is found at ${recorded?.position}`);
  const wrong = difference(decision, recorded.decision);
  expect(wrong === undefined, () => `${what} is told otherwise: ${wrong}`);
  expect(recomputed !== undefined, `${what} is not made again`);
  if ('unknown' in recomputed) {
    const later = events.slice(index + 1).filter((event) => 'orderId' in event && event.orderId === orderId);
    const isEdited = later.some(({ kind }) => kind === 'order.edited');
    const isAgain = isEdited || (attempt > 1 && (later.length > 0 || decision.ruled?.fallback === 'cancel'));
    const isRight = {
      reserved: attempt === 1 && isReserved(record, orderId),
      moved: decision.moved !== undefined,
      routed: decision.routed !== undefined && decision.routed.unmet === undefined,
      together: decision.cause?.kind === 'batch',
      'changed-again': isAgain,
      // Prices of a handful of locations always have room in a record.
      prices: false,
      'too-far': false,
    }[recomputed.unknown];
    expect(isRight, `${what} cannot be made again: ${recomputed.unknown}`);
    return;
  }
  const { reproduced, differs, assumed } = recomputed;
  const isSure = !assumed.some((text) => text.startsWith('what is left of pools') || text.startsWith('the pace'));
  expect(reproduced || !isSure, () => `${what} made again is another one: ${JSON.stringify(differs)}`);
}

function isReserved({ commands }: TurnRecord, orderId: string): boolean {
  return (commands as readonly Entry[]).some(([, kind, , body, refused]) => {
    const place = body as CommandBody<'order.place'>;
    return kind === 'order.place' && refused === null && place.orderId === orderId && place.reservationId !== undefined;
  });
}
