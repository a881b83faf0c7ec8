/** Reads every balance of the world back: nothing may be promised that is not there. */
import type { Baton } from '../client/baton.ts';
import { eachStock } from '../replay/ledger.ts';
import type { StockFound } from './summary.ts';

export async function readBack(client: Baton, skus: readonly string[]): Promise<StockFound> {
  const sum = { balances: 0, allocated: 0, onHand: 0 };
  const oversold: string[] = [];
  await eachStock(client, skus, (sku, stocks) => {
    for (const { location, onHand, allocated, reserved, damaged, quality, held } of stocks) {
      sum.balances += 1;
      sum.allocated += allocated;
      sum.onHand += onHand;
      const spoken = allocated + reserved + damaged + quality + held;
      const isSound = onHand >= 0 && allocated >= 0 && spoken <= onHand;
      if (!isSound) oversold.push(`${sku} at ${location}: ${spoken} of ${onHand}`);
    }
  });
  return { ...sum, oversold };
}
