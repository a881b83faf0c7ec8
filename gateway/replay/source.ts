/** A file as the player takes it: read once for what it will sell, then as often as wanted to be played. */
import { readInvoices } from './invoices.ts';
import { InvoiceMapper } from './map.ts';
import { channel } from './network.ts';
import type { Places } from './places.ts';
import type { Step } from './player.ts';
import { Demand } from './supply.ts';

export interface Source {
  readonly demand: Demand;
  readonly invoices: number;
  readonly orders: number;
  /** The mapped file from its beginning. */
  steps(): AsyncGenerator<Step, void, undefined>;
}

/** Rejects with the file's fault: not there, not CSV, a column missing. */
export async function openSource(path: string, places: Places, seed: number): Promise<Source> {
  const demand = new Demand();
  let invoices = 0;
  let orders = 0;
  for await (const { mapped } of readSteps(path, places, seed)) {
    demand.add(mapped);
    invoices += 1;
    if (mapped.kind === 'order') orders += 1;
  }
  return { demand, invoices, orders, steps: () => readSteps(path, places, seed) };
}

async function* readSteps(
  path: string,
  places: Places,
  seed: number,
): AsyncGenerator<Step, void, undefined> {
  const mapper = new InvoiceMapper({ channel: channel.id, places, seed });
  for await (const invoice of readInvoices(path)) {
    yield { mapped: mapper.map(invoice), lines: invoice.lines.length };
  }
}
