/** What a playbook says: what is done about a kind of case, step by step. */
import { Type, type Static } from 'typebox';
import { delayMsMax, playbookAttemptsMax, playbookConditionMax, playbookStepsMax } from './limits.ts';
import { exact, place, text } from './schemas.ts';

/** What a step does. The first six act on every order of the case, one by one. */
export const stepActions = [
  'retry', 'reroute', 'reship', 'hold', 'unhold', 'cancel', 'pause', 'notify', 'wait', 'escalate',
] as const;
export type StepAction = (typeof stepActions)[number];
export const orderActions = ['retry', 'reroute', 'reship', 'hold', 'unhold', 'cancel'] as const;
export type OrderAction = (typeof orderActions)[number];

export const SeveritySchema = Type.Unsafe<'low' | 'medium' | 'high' | 'critical'>(
  Type.Enum(['low', 'medium', 'high', 'critical'], { description: 'How bad it is' }),
);
export const OwnerSchema = place('Who looks after it: a team or a person');
const Delay = Type.Integer({ minimum: 1, maximum: delayMsMax, description: 'Milliseconds' });

export const PlaybookStepSchema = Type.Object(
  {
    do: Type.Unsafe<StepAction>(Type.Enum([...stepActions], { description: 'What is done' })),
    /**
     * When it is done: an expression of the rule language that says yes or no, of `case`, `now`, and where the step
     * acts on orders of `order`, `customer`, `destination` and `lines`. Otherwise the step, or the order, is passed
     * over; likewise where the expression has no value. Absent: always.
     */
    if: Type.Optional(Type.String({ minLength: 1, maxLength: playbookConditionMax })),
    /** How long after the step before it. Absent: at once. */
    afterMs: Type.Optional(Delay),
    /** How often it is done while the cause stands. Absent: once. */
    attempts: Type.Optional(Type.Integer({ minimum: 1, maximum: playbookAttemptsMax })),
    /** How long until the second attempt; twice as long until each one after it. Absent: a minute. */
    backoffMs: Type.Optional(Delay),
    /** What is told, or the reason given. */
    note: Type.Optional(text(200, 'For people')),
    /** How long a hold or a pause lasts. Absent: 24 hours. */
    forMs: Type.Optional(Delay),
    /** Of `escalate`: whose it is from then on, and how bad. Absent: as the kind says, and one worse. */
    owner: Type.Optional(OwnerSchema),
    severity: Type.Optional(SeveritySchema),
  },
  exact,
);
export type PlaybookStep = Static<typeof PlaybookStepSchema>;

export const PlaybookStepsSchema = Type.Array(PlaybookStepSchema, { minItems: 0, maxItems: playbookStepsMax });
