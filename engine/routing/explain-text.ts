/** An explained decision in words, for a terminal and for a person: one thought a line. */
import { dateOf, dayMs } from '../../actors/civil.ts';
import type { OrderId } from '../../actors/ids.ts';
import type { Cause, Moved, Removed } from '../../actors/order-context.ts';
import type { Routed } from '../../actors/order-routed.ts';
import type { DecisionExplained, Explained, ExplainedWay, Flip, Recomputed } from '../outcome-plans.ts';

type Told = Omit<DecisionExplained, 'text'>;

/** Lines; what belongs to the line before is indented. */
export function decisionText(told: Told): string[] {
  const { recomputed, now } = told;
  return [...recordedText(told), ...recomputedText(recomputed), ...nowText(now)];
}

const money = (minor: number | undefined): string => (minor === undefined ? 'no price' : (minor / 100).toFixed(2));
const count = (units: number): string => (units === 1 ? '1 unit' : `${units} units`);
const list = (words: readonly string[], none: string): string => (words.length === 0 ? none : words.join(' and '));

/** As `2026-11-27 14:05:09Z`. */
function timeText(atMs: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const ms = atMs % dayMs;
  const clock = `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}`;
  return `${dateOf(Math.floor(atMs / dayMs))} ${clock}Z`;
}

function recordedText({ orderId, attempt, recorded }: Told): string[] {
  if (recorded === undefined) return [noRecord(orderId, attempt)];
  const { position, atMs, decision } = recorded;
  const { choices, candidates, short, ruled, prices, rates = [], removed = [], gapMinor } = decision;
  const { moved, cause, routed } = decision;
  const by = ruled === undefined ? 'without a routing plan' : `by plan ${ruled.planId}, version ${ruled.version}`;
  const priced = prices === undefined ? '' : `, with prices of version ${prices}`;
  return [
    `Order ${orderId}, decision ${attempt}, made ${timeText(atMs)} at position ${position} ${by}${priced}:`,
    ...(moved === undefined ? [] : [movedText(moved)]),
    ...(cause === undefined ? [] : [causeText(cause)]),
    ...(routed === undefined ? [] : [routedText(routed)]),
    ...choices.map(({ location, carrier, service, units, costMinor }) => {
      const means = carrier === undefined ? '' : ` with ${carrier}${service === undefined ? '' : ` ${service}`}`;
      return `  ${location} ships ${count(units)}${means} for ${money(costMinor)}`;
    }),
    ...rates.map((one) => `  parcels with ${one.carrier} ${one.service} cost by its rate card, version ${one.version}`),
    ...(short === 0 ? [] : [`  ${count(short)} found no place${fallbackText(ruled?.fallback)}`]),
    `  ${candidates} ${candidates === 1 ? 'location was a candidate' : 'locations were candidates'}`,
    ...gapText(gapMinor),
    ...removedText(removed, 'was'),
    ...(ruled?.failed ?? []).map(({ rule, detail }) => `  rule ${rule} could not be evaluated: ${detail}`),
  ];
}

function movedText({ by, reason, from, overrode }: Moved): string {
  const what = from === undefined ? 'Units that waited were given' : `Units of part ${from} were given`;
  return `  ${what} another place by ${by}: ${reason}${overrode === undefined ? '' : `, against rule ${overrode}`}`;
}

function routedText({ by, unmet }: Routed): string {
  if (unmet === undefined) return `  Pre-routed by ${by}: it came with these places`;
  return `  Pre-routed by ${by}, but ${unmet.location} could not be had (${unmet.reason}): sourced as any other`;
}

const causeWords = {
  rejected: 'was declined by its location',
  'not-started': 'was not begun in time',
  cheaper: 'had a better place by now',
  batch: 'was sourced together with other orders',
  rerouted: 'was in trouble there',
  suspect: 'may not be where it was to come from',
  'not-accepted': 'was accepted by nobody who was offered it',
} as const;

/** Why units that had a place were sourced again. */
function causeText({ kind, from, by, reason, savedMinor }: Cause): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  if (kind === 'edited') return `  Sourced again because the order was edited by ${by ?? 'somebody'}${why}`;
  if (kind === 'mapped') return '  Sourced again because what its channel calls some lines is mapped now';
  const who = by === undefined ? '' : `, said ${by}`;
  const saved = savedMinor === undefined ? '' : `; that saves ${money(savedMinor)}`;
  return `  Sourced again because part ${from.join(', ')} ${causeWords[kind]}${who}${why}${saved}`;
}

/** Of an order too large to be planned exactly: how much less the best way could cost at most. */
const gapText = (gapMinor: number | undefined): string[] =>
  gapMinor === undefined ? [] : [`  It is too large to try every way: the best costs at most ${money(gapMinor)} less.`];

const noRecord = (orderId: OrderId, attempt: number): string =>
  `Order ${orderId}, decision ${attempt}: there was none, or it is not in the journal any more.`;

const fallbackWords = {
  backorder: ' and wait',
  hold: ': the order is held as unroutable until stock, a plan or a person moves it on',
  cancel: ' and were cancelled',
} as const;

const fallbackText = (fallback: keyof typeof fallbackWords | undefined): string =>
  fallback === undefined ? '' : fallbackWords[fallback];

const removedText = (removed: readonly Removed[], is: 'is' | 'was'): string[] =>
  removed.map(({ location, reason, rule, lines }) => {
    const of = lines === undefined ? '' : ` for line ${lines.join(', ')}`;
    return `  ${location} ${is} out${of}: ${reason === 'rule' ? `rule ${rule ?? ''}` : removedWords[reason]}`;
  });

const removedWords = {
  'no-capacity': 'no capacity left',
  'no-rate': 'no service has a rate for the lane',
  'too-heavy': 'no service takes a unit so heavy',
  declined: 'it declined units of this order or did not begin in time',
} as const;

const unknownText = {
  reserved: 'Nothing was decided: its units were reserved before.',
  routed: 'It is not made again: it came with its places.',
  moved: 'It is not made again: it was not sourcing alone that chose.',
  together: 'It is not made again: its places depend on the other orders of its window.',
  'changed-again': 'It is not made again: the same turn changed the order once more.',
  prices: 'It is not made again: the prices it went by are not on record.',
  'too-far': 'It is not made again: too much of the journal would have to be read.',
} as const;

function recomputedText(recomputed: Recomputed | undefined): string[] {
  if (recomputed === undefined) return [];
  if ('unknown' in recomputed) return [unknownText[recomputed.unknown]];
  const { reproduced, differs, assumed, decision, flips } = recomputed;
  return [
    `Made again from the journal, it comes to ${reproduced ? 'the same' : 'something else'}.`,
    ...differs.map(({ field, recorded, again }) => `  ${field} was ${recorded}, is ${again}`),
    ...(assumed.length === 0 ? [] : [`  not on record: ${assumed.join(', ')}`]),
    ...waysText(decision),
    ...stockText(decision),
    ...(flips.length === 0 ? [] : ['It would have gone elsewhere with']),
    ...flips.map(flipText),
  ];
}

function waysText({ ways, marginMinor }: Explained): string[] {
  if (ways.length === 0) return [];
  const margin =
    marginMinor === undefined ? 'There was no other way.' : `The best other way: ${marginText(marginMinor)}.`;
  return ['The ways to place as much, the one chosen first:', ...ways.flatMap(wayText), margin];
}

/** Without a plan a way of more parcels may cost less. */
const marginText = (minor: number): string =>
  minor < 0 ? `${money(-minor)} less, in more parcels` : `${money(minor)} more`;

function wayText({ isChosen, parcels, totalMinor, roundingMinor }: ExplainedWay): string[] {
  const places = parcels.map(({ location }) => location).join(' and ');
  const rounding = roundingMinor === 0 ? [] : [`    rounding and floors ${money(roundingMinor)}`];
  return [
    `  ${isChosen ? '* ' : ''}${places}: ${money(totalMinor)}`,
    ...parcels.map(({ location, units, terms }) => {
      const sum = terms.map(({ term, rule, minor }) => `${rule === undefined ? term : `rule ${rule}`} ${money(minor)}`);
      return `    ${location}, ${count(units)}: ${sum.join(' + ') || '0.00'}`;
    }),
    ...rounding,
  ];
}

function stockText({ candidates }: Explained): string[] {
  if (candidates.length === 0) return [];
  return [
    'What there was to take:',
    ...candidates.map(({ location, stock, roomMinor }) => {
      const each = stock.map(({ sku, units, priceMinor }) => `${units} of ${sku}${scarceText(priceMinor)}`);
      return `  ${location}: ${each.join(', ')}${roomMinor === undefined ? '' : `; room for ${money(roomMinor)}`}`;
    }),
  ];
}

const scarceText = (minor: number | undefined): string => (minor === undefined ? '' : ` at ${money(minor)} each`);

function flipText({ change, locations, short }: Flip): string {
  const left = short === 0 ? '' : `, ${count(short)} without a place`;
  return `  ${changeText(change)}: ${list(locations, 'nowhere')}${left}`;
}

function changeText(change: Flip['change']): string {
  switch (change.kind) {
    case 'units':
      return `${change.units.map(({ sku, units }) => `${units} more of ${sku}`).join(' and ')} at ${change.location}`;
    case 'cheaper':
      return `${money(change.minor)} off a parcel from ${change.location}`;
    case 'without-rule':
      return `rule ${change.rule} left out`;
    case 'without-prices':
      return 'prices of scarce stock and room left out';
    case 'room':
      return `capacity at ${change.location}`;
  }
}

function nowText(now: Explained): string[] {
  const { candidates, removed, fulfillments, short, scoreMinor, marginMinor, gapMinor } = now;
  const chosen = list(fulfillments.map(({ location }) => location), 'nowhere');
  const margin = marginMinor === undefined ? 'there is no other way' : `the best other way: ${marginText(marginMinor)}`;
  const left = short === 0 ? '' : `, ${count(short)} without a place`;
  const price = scoreMinor === undefined ? '' : ` for ${money(scoreMinor)}`;
  return [
    `Placed now, all of it would come from ${chosen}${left}${price}; ${margin}.`,
    ...gapText(gapMinor),
    ...candidates.map(({ location, units, costMinor, parcelMinor }) => {
      const ruled = parcelMinor === undefined ? '' : `, ${money(parcelMinor)} by the plan’s prices`;
      return `  ${location} has ${count(units)}; a parcel costs ${money(costMinor)}${ruled}`;
    }),
    ...removedText(removed, 'is'),
  ];
}
