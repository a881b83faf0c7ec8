/** Puts the made-up rate cards, and made-up weights of the sample's articles, into a server. */
import type { Baton } from '../client/baton.ts';
import { valueOf } from '../client/answers.ts';
import { unit } from '../replay/random.ts';
import { sampleCards } from './sample-cards.ts';

/** Commands that are on their way at a time. */
const inFlight = 64;

type Measures = Record<'grams' | 'lengthMm' | 'widthMm' | 'heightMm', number>;

/** What an article of a gift shop weighs and measures: by its name, so that it is the same every time. */
export function measuresOf(sku: string, seed: number): Measures {
  const draw = (what: string): number => unit(seed, `${what}/${sku}`);
  // Mostly light, a few heavy: 30 g to about 3 kg.
  const grams = Math.round(30 * 100 ** draw('grams') ** 1.6);
  const side = (what: string): number => 40 + Math.round(260 * draw(what) ** 2);
  return { grams, lengthMm: side('length'), widthMm: side('width'), heightMm: side('height') };
}

/** Rejects when the server refuses. */
export async function putSampleRates(client: Baton, skus: readonly string[], seed: number): Promise<void> {
  for (let at = 0; at < skus.length; at += inFlight) {
    const some = skus.slice(at, at + inFlight).map((sku) => {
      const item = { sku, ...measuresOf(sku, seed) };
      return client.tryCommand('item.put', { item }, { commandId: `sample-item-${sku}`.slice(0, 64) });
    });
    for (const outcome of await Promise.all(some)) valueOf(outcome);
  }
  for (const card of sampleCards) {
    valueOf(await client.tryCommand('rates.put', { card }, { commandId: `sample-rates-${card.carrier}` }));
  }
}
