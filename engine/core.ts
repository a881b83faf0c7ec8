/** What the parts of a turn share: one object, passed down, so that nothing is global. */
import type { Changes } from './changes.ts';
import type { EngineLimits } from './limits.ts';
import type { Past } from './past.ts';
import type { PriceBook } from './routing/prices/book.ts';
import type { PriceKeeper } from './routing/prices/keeper.ts';
import type { Source } from './routing/source.ts';
import type { Shadows } from './shadows.ts';
import type { Trials } from './trials.ts';
import type { Views } from './views.ts';
import type { Wakes } from './wakes.ts';
import type { World } from './world.ts';

export interface Core {
  readonly world: World;
  readonly views: Views;
  readonly changes: Changes;
  readonly wakes: Wakes;
  readonly past: Past;
  readonly source: Source;
  /** The prices in force; undefined: sourcing goes by what is cheapest now. */
  readonly prices: PriceBook | undefined;
  /** Who keeps them. */
  readonly keeper?: PriceKeeper | undefined;
  /** What is decided, for plans on trial. */
  readonly trials: Trials;
  readonly shadows: Shadows;
  readonly limits: EngineLimits;
}
