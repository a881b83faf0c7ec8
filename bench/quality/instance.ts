/**
 * The public routing benchmark's files: read, checked as far as the scorer depends on it, and turned into rates
 * the kernel reads. Nothing of them is kept here.
 */
import { readFileSync } from 'node:fs';

export interface QualityNode {
  readonly type: 'dc' | 'store';
  readonly cutoffHour: number;
  readonly parcelCost: number;
  readonly unitCost: number;
  readonly capPerDay: number;
  readonly miles: readonly number[];
  readonly zone: readonly number[];
}

type Order = readonly [hour: number, region: number, promiseDays: number, skus: readonly number[]];
type WalkIn = readonly [hour: number, node: number, sku: number];

/** What a policy may know before the first order. */
export interface PublicInstance {
  readonly name: string;
  readonly days: number;
  readonly nodes: readonly QualityNode[];
  readonly regions: readonly (readonly [name: string, state: string, lat: number, lon: number, people: number])[];
  readonly services: readonly {
    readonly id: string;
    readonly days: readonly (number | null)[];
    readonly cost: readonly (readonly (number | null)[] | null)[];
  }[];
  readonly penalty: { readonly late: number; readonly overtimePerParcel: number; readonly walkinLost: number };
  readonly skuLb: readonly number[];
  readonly stock0: readonly (readonly [sku: number, node: number, units: number])[];
  readonly arrivals: readonly (readonly [hour: number, sku: number, node: number, units: number])[];
  readonly history: { readonly days: number; readonly orders: readonly Order[]; readonly walkins: readonly WalkIn[] };
}

export interface Instance extends PublicInstance {
  readonly orders: readonly Order[];
  readonly walkins: readonly WalkIn[];
}

/** One line of the scorer's reference figures. */
export interface Reference {
  readonly hindsightLowerBound: number;
  readonly rows: Readonly<Record<string, { readonly total: number }>>;
}

/** Throws what is wrong with the file, in words. */
export function readInstance(path: string): Instance {
  const instance = JSON.parse(readFileSync(path, 'utf8')) as Partial<Instance>;
  for (const key of ['nodes', 'regions', 'services', 'penalty', 'skuLb', 'stock0', 'arrivals', 'orders', 'walkins', 'history'] as const) {
    if (instance[key] === undefined) throw new Error(`${path} has no ${key}: not a routing benchmark`);
  }
  return instance as Instance;
}

export const poundsMax = 70;
export const zonesMax = 7;
const slackMax = 7;

/** The cheapest service that arrives in time, by days of slack × zone × pounds; late ones pay for it. */
export class Rates {
  readonly table = new Float64Array((slackMax + 1) * zonesMax * poundsMax);

  constructor({ services, penalty }: PublicInstance) {
    const nextDay = services.find(({ id }) => id === 'next-day');
    for (let slack = 0; slack <= slackMax; slack += 1) {
      for (let zone = 0; zone < zonesMax; zone += 1) {
        for (let pound = 0; pound < poundsMax; pound += 1) {
          let best = Infinity;
          for (const { days, cost } of services) {
            const price = cost[zone]?.[pound];
            const takes = days[zone];
            if (price === null || price === undefined || takes === null || takes === undefined || takes > slack) continue;
            best = Math.min(best, price);
          }
          if (best === Infinity) best = (nextDay?.cost[zone]?.[pound] ?? Infinity) + penalty.late;
          this.table[this.at(slack, zone + 2) + pound] = best;
        }
      }
    }
  }

  /** Where the table of a slack and a zone begins. */
  at(slack: number, zone: number): number {
    return (Math.max(0, Math.min(slackMax, slack)) * zonesMax + zone - 2) * poundsMax;
  }

  cost(slack: number, zone: number, pounds: number): number {
    return this.table[this.at(slack, zone) + Math.min(poundsMax, Math.max(1, Math.ceil(pounds))) - 1] ?? Infinity;
  }
}

/** Days between when it can leave and when it must be there. */
export function slackOf({ cutoffHour }: QualityNode, promiseDays: number, hour: number): number {
  return promiseDays - (hour % 24 > cutoffHour ? 1 : 0);
}
