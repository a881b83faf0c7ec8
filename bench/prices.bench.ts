/** The refresh of the closed-form prices of one SKU, off the decision path: what the engine does for each that changed. */
import { Outlook, SpillPricer } from '../engine/routing/prices/spill.ts';
import { Digest, time, timed, type Bench } from './kit.ts';
import { randomFrom } from './random.ts';

const cases = [
  { nodes: 4, regions: 32 },
  { nodes: 12, regions: 32 },
  { nodes: 12, regions: 120 },
  { nodes: 60, regions: 32 },
] as const;

const outlooksEach = 32;

export const pricesBench: Bench = {
  name: 'prices',
  measures: 'refreshing the closed-form prices of one SKU over so many locations that hold it and regions that want it.',
  leavesOut: 'reading stock, deliveries and the forecast; sampled futures, which another thread reckons.',
  async *run(size, only) {
    for (const { nodes, regions } of cases) {
      const name = `${nodes} locations, ${regions} regions`;
      if (only !== undefined && !name.includes(only)) continue;
      const outlooks = Array.from({ length: outlooksEach }, (_, seed) => draw(nodes, regions, seed + 1));
      const pricer = new SpillPricer(nodes);
      const digest = new Digest();
      for (const outlook of outlooks) {
        pricer.refresh(outlook);
        digest.add([...outlook.price].map((price) => Math.round(1e6 * price)));
      }
      const refresh = (index: number): void => {
        const outlook = outlooks[index % outlooksEach] as Outlook;
        // As after a sale: the prices are a little off.
        outlook.price[index % nodes] = (outlook.price[index % nodes] ?? 0) + 1;
        pricer.refresh(outlook);
      };
      yield timed(name, 'µs/refresh', time(size, 5_000, refresh), digest.hex());
      await new Promise(setImmediate);
    }
  },
};

function draw(nodes: number, regions: number, seed: number): Outlook {
  const random = randomFrom(seed);
  const outlook = new Outlook(nodes, regions);
  outlook.nodes = nodes;
  for (let node = 0; node < nodes; node += 1) {
    outlook.stock[node] = Math.floor(40 * random() ** 3);
    outlook.hours[node] = 24 + 144 * random();
    for (let region = 0; region < regions; region += 1) outlook.lane[node * regions + region] = 400 + 600 * random();
  }
  for (let region = 0; region < regions; region += 1) outlook.demand[region] = (0.5 * random()) / regions;
  return outlook;
}
