/**
 * A policy for the public scorer itself: `BATON_POLICY=closed node score.mjs rb1.json …/dist/bench/quality/policy.js`.
 * The names are those of `npm run bench:routing -- --policy`.
 */
import { policies, selfRefreshing } from './policies.ts';

const name = process.env['BATON_POLICY'] ?? 'closed';
const chosen = policies[name];
if (chosen === undefined) throw new Error(`no policy ${name}: one of ${Object.keys(policies).join(', ')}`);

export const create = selfRefreshing(chosen.create(1));
