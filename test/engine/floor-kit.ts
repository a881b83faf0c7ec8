/** A shop with terminals: what they are given, and short words for what they do. */
import type { TaskEvent } from '../../actors/task-context.ts';
import type { TerminalEvent } from '../../actors/terminal-context.ts';
import type { TerminalView } from '../../actors/terminal-context.ts';
import { Shop, type Loose } from './shop.ts';
import type { CommandBody } from '../../actors/commands.ts';

export const minute = 60_000;

export async function openTerminal(shop: Shop, terminalId = 't1', more: Partial<Loose<CommandBody<'terminal.open'>>> = {}): Promise<unknown> {
  return shop.ok('terminal.open', { terminalId, location: 'A', capacity: 5, ...more });
}

/** A shop with units of S1 and S2 at A alone, and terminal t1 there. */
export async function floor(more: Partial<Loose<CommandBody<'terminal.open'>>> = {}): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 50, 'A/S2': 50 });
  await openTerminal(shop, 't1', more);
  return shop;
}

export const ref = (orderId: string, terminalId = 't1', fulfillmentId = '1') => ({ terminalId, orderId, fulfillmentId });

export const scan = (shop: Shop, orderId: string, scans: readonly (readonly [scanId: string, sku: string, quantity?: number])[], terminalId = 't1') =>
  shop.ok('task.scan', { ...ref(orderId, terminalId), scans: scans.map(([scanId, sku, quantity]) => ({ scanId, sku, ...(quantity !== undefined && { quantity }) })) });

/** The orders of the tasks a terminal holds. */
export const holds = (shop: Shop, terminalId = 't1'): string =>
  (shop.ask('terminal.get', { terminalId }) as TerminalView | null)?.tasks.map(({ orderId }) => orderId).join(' ') ?? 'closed';

export const queue = (shop: Shop, location = 'A'): string => shop.ask('task.queue', { location }).tasks.map(({ orderId }) => orderId).join(' ');
export const state = (shop: Shop, orderId: string, fulfillmentId = '1'): string | undefined => shop.ask('task.get', { orderId, fulfillmentId })?.state;
export const part = (shop: Shop, orderId: string): string | undefined => shop.ask('order.get', { orderId })?.fulfillments[0]?.state;

export const told = (shop: Shop): (TaskEvent | TerminalEvent)[] =>
  shop.published.flatMap(({ events }) => events.flatMap((event) => (event.kind === 'task.changed' || event.kind === 'terminal.changed' ? [event] : [])));

/** What a task went through: `leased t1`, `picking t1` … */
export const life = (shop: Shop, orderId: string): string[] =>
  told(shop).flatMap((event) => (event.kind === 'task.changed' && event.orderId === orderId ? [`${event.state} ${event.terminal ?? '-'}`] : []));

/** Time goes by, and what falls due is done. */
export async function later(shop: Shop, ms: number): Promise<void> {
  shop.clock.advance(ms);
  // A command is answered after all that was due before it.
  await shop.send('terminal.beat', { terminalId: 'nobody' });
}
