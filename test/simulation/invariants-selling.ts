/** Sums of views against a fresh computation: from the cards and balances as they stand, asked of nobody else. */
import type { Engine } from '../../engine/engine.ts';
import { expect } from './actions.ts';

/** Every sum that is kept and not void. */
export function checkSums(engine: Engine): void {
  for (const { sku, stocks, sums } of engine.inspect().core.world.skus.values()) {
    for (const { view, version, units } of sums ?? []) {
      if (version !== view.version) continue;
      let fresh = 0;
      for (const stock of stocks) fresh += view.unitsAt(stock);
      const name = `${view.channel?.id ?? 'everything'} by ${view.method ?? 'any method'}`;
      expect(units === fresh, `${sku} in the view of ${name} is kept as ${units}, its stocks add up to ${fresh}`);
    }
  }
}
