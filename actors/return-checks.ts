/**
 * What may not be asked of a return, judged before the machine is told: pure. The machine (return.ts) takes a
 * message exactly when its state knows it and `refusal` finds nothing against it.
 */
import { quantityMax, returnLinesMax, returnMemosMax } from './limits.ts';
import { reject, type Rejection } from './rejection.ts';
import type { ReturnContext, ReturnLine, ReturnMessage } from './return-context.ts';
import { dispositionOf } from './return-lines.ts';
import { worthOf } from './return-money.ts';
import { comingUnits, uninspectedAt } from './return-units.ts';

/** Why a message cannot be taken, whatever the state; undefined when it can. */
export function refusal(context: ReturnContext, message: ReturnMessage): Rejection | undefined {
  switch (message.type) {
    case 'return.receive':
      return receiveRefusal(context, message) ?? memosRefusal(context);
    case 'return.inspect':
      return inspectRefusal(context, message) ?? memosRefusal(context);
    case 'return.refund': {
      const { extraMinor } = context;
      const { dueMinor, paidMinor } = worthOf({ ...context, extraMinor: extraMinor + message.amountMinor });
      const before = worthOf(context).dueMinor;
      if (dueMinor - before === message.amountMinor) return memosRefusal(context);
      const detail = `${before} of ${paidMinor} paid are refunded: ${paidMinor - before} are left`;
      return reject('over-paid', detail, 'body.amountMinor');
    }
    default:
      return undefined;
  }
}

/** A return is told of in so many memos. */
function memosRefusal({ returnId, memos }: ReturnContext): Rejection | undefined {
  if (memos < returnMemosMax) return undefined;
  return reject('over-limit', `${returnId} has ${memos} memos: cancel what has not come`, 'body.returnId');
}

const lineOf = ({ lines }: ReturnContext, lineId: string): ReturnLine | undefined =>
  lines.find((line) => line.lineId === lineId);

type Receive = Extract<ReturnMessage, { type: 'return.receive' }>;

function receiveRefusal(context: ReturnContext, { units, unexpected }: Receive): Rejection | undefined {
  const { returnId } = context;
  if (units.length + unexpected.length === 0) return reject('malformed', 'nothing came', 'body.lines');
  const seen = new Set<string>();
  let [twice, tooMany]: (Rejection | undefined)[] = [];
  for (const [index, { lineId, quantity }] of units.entries()) {
    const line = lineOf(context, lineId);
    const field = `body.lines[${index}]`;
    if (line === undefined) return reject('unknown-line', `${returnId} has no line ${lineId}`, `${field}.lineId`);
    if (seen.has(lineId)) twice ??= reject('duplicate', `line ${lineId} twice`, `${field}.lineId`);
    seen.add(lineId);
    const left = comingUnits(line);
    if (quantity <= left) continue;
    const detail = `line ${lineId} has ${left} units to come: what is beyond them is unexpected`;
    tooMany ??= reject('not-enough', detail, `${field}.quantity`);
  }
  return twice ?? tooMany ?? damagedRefusal(units, 'lines') ?? damagedRefusal(unexpected, 'unexpected') ??
    linesRefusal(context, unexpected);
}

type Came = { readonly quantity: number; readonly damaged?: number | undefined };

function damagedRefusal(units: readonly Came[], field: string): Rejection | undefined {
  const index = units.findIndex(({ quantity, damaged = 0 }) => damaged > quantity);
  if (index < 0) return undefined;
  return reject('not-enough', 'more damaged units than came', `body.${field}[${index}].damaged`);
}

function linesRefusal({ lines }: ReturnContext, unexpected: Receive['unexpected']): Rejection | undefined {
  const most = 2 * returnLinesMax;
  if (lines.length + unexpected.length > most) return reject('over-limit', `over ${most} lines`, 'body.unexpected');
  let units = lines.reduce((sum, { received, quantity }) => sum + Math.max(received, quantity), 0);
  for (const [index, { quantity }] of unexpected.entries()) {
    units += quantity;
    const field = `body.unexpected[${index}].quantity`;
    if (units > quantityMax) return reject('over-limit', `over ${quantityMax} units in all`, field);
  }
  return undefined;
}

type Inspect = Extract<ReturnMessage, { type: 'return.inspect' }>;

function inspectRefusal(context: ReturnContext, { location, units }: Inspect): Rejection | undefined {
  const vague = units.findIndex((each) => dispositionOf(context, each) === undefined);
  if (vague >= 0) {
    return reject('malformed', 'neither a disposition nor a grade', `body.lines[${vague}].disposition`);
  }
  const taken = new Map<string, number>();
  let tooMany: Rejection | undefined;
  for (const [index, { lineId, quantity, damaged = false }] of units.entries()) {
    const line = lineOf(context, lineId);
    const field = `body.lines[${index}]`;
    if (line === undefined) {
      return reject('unknown-line', `${context.returnId} has no line ${lineId}`, `${field}.lineId`);
    }
    const key = `${damaged} ${lineId}`;
    const sum = (taken.get(key) ?? 0) + quantity;
    taken.set(key, sum);
    const there = uninspectedAt(line, location)[damaged ? 'damaged' : 'quality'];
    if (sum <= there) continue;
    const which = damaged ? ' that came damaged' : '';
    tooMany ??= reject('not-enough', `${location} has ${there} units${which} to inspect`, `${field}.quantity`);
  }
  return tooMany;
}
