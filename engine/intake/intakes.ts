/** What is taken in with orders: policies, always in memory; details, external ids, what customers ordered of late. */
import type { ChannelId } from '../../actors/ids.ts';
import { standingIntake, type StandingIntake } from '../../actors/intake.ts';
import type { Claim } from '../../storage/journal.ts';
import { intakeCell, type IntakePolicyCell } from './cells.ts';
import { Shelf } from './shelf.ts';

export class Intakes {
  readonly details: Shelf<'details'>;
  readonly externals: Shelf<'external'>;
  readonly recents: Shelf<'recent'>;
  readonly mappings: Shelf<'mapping'>;
  readonly #policies = new Map<string, IntakePolicyCell>();

  constructor(saved: Pick<Claim, 'row'>) {
    this.details = new Shelf('details', saved);
    this.externals = new Shelf('external', saved);
    this.recents = new Shelf('recent', saved);
    this.mappings = new Shelf('mapping', saved);
  }

  /** Whether nobody has put a policy. */
  get isIdle(): boolean {
    return this.#policies.size === 0;
  }

  policyCell(id: string): IntakePolicyCell {
    let cell = this.#policies.get(id);
    if (cell === undefined) this.#policies.set(id, (cell = intakeCell('intake-policy', id)));
    return cell;
  }

  /** The policy in force for a channel: its own, else that of all, else that orders are taken as they come. */
  policyFor(channel: ChannelId | undefined): StandingIntake {
    const own = channel === undefined ? undefined : this.#policies.get(channel)?.snapshot?.context;
    return standingIntake(own ?? this.#policies.get('*')?.snapshot?.context);
  }

  trimMemory(): void {
    this.details.trimMemory();
    this.externals.trimMemory();
    this.recents.trimMemory();
    this.mappings.trimMemory();
  }
}
