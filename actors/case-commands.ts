/** Commands on cases, and on the playbooks that say what is done about them. */
import { Type } from 'typebox';
import { caseCodes, type CaseCode } from './case-kinds.ts';
import { caseOrdersOfCommandMax } from './limits.ts';
import { textPattern } from './ids.ts';
import { orderActions, OwnerSchema, PlaybookStepsSchema, SeveritySchema } from './playbook-schemas.ts';
import type { OrderAction } from './playbook-schemas.ts';
import { CaseIdSchema, exact, name, OrderIdSchema, Reason, text } from './schemas.ts';

export const CaseCodeSchema = Type.Unsafe<CaseCode>(Type.Enum([...caseCodes], { description: 'What went wrong' }));
const CaseRef = { caseId: CaseIdSchema };
const OrdersSchema = Type.Array(OrderIdSchema, { minItems: 1, maxItems: caseOrdersOfCommandMax, uniqueItems: true });

export const caseCommands = {
  /**
   * Something went wrong that the engine does not see by itself. The same kind of the same subject is the same case:
   * one that is open learns that it happened again, one that has ended begins anew.
   */
  'case.raise': Type.Object(
    {
      code: CaseCodeSchema,
      /** What it is about; of what type, its kind says. */
      subject: name('An order, SKU, location, carrier, channel, return or partner'),
      /** The orders it concerns. Absent: the order it is about; of another subject none. */
      orders: Type.Optional(OrdersSchema),
      cause: Type.String({ pattern: textPattern, minLength: 1, maxLength: 200, description: 'What happened' }),
      /** Absent: as its kind says. */
      severity: Type.Optional(SeveritySchema),
      owner: Type.Optional(OwnerSchema),
    },
    exact,
  ),
  /** Begin its playbook anew, at once, as it is now. */
  'case.retry': Type.Object({ ...CaseRef, reason: Type.Optional(Reason) }, exact),
  /** Whose it is from now on, and how bad. */
  'case.reassign': Type.Object(
    { ...CaseRef, owner: OwnerSchema, severity: Type.Optional(SeveritySchema), reason: Reason },
    exact,
  ),
  /** Do this to these orders of the case instead of what its playbook says: all of it or nothing. The playbook ends. */
  'case.override': Type.Object(
    {
      ...CaseRef,
      do: Type.Unsafe<OrderAction>(Type.Enum([...orderActions], { description: 'What is done' })),
      /** Absent: the first orders of the case, as many as one command takes. */
      orders: Type.Optional(Type.Array(OrderIdSchema, { minItems: 1, maxItems: 50, uniqueItems: true })),
      reason: Reason,
    },
    exact,
  ),
  /** It is no trouble, or nothing is to be done about it. Not while orders stand in exception because of it. */
  'case.dismiss': Type.Object({ ...CaseRef, reason: Reason }, exact),
  'case.comment': Type.Object({ ...CaseRef, text: text(500, 'For people') }, exact),
  /** Its cause is gone. Not where the engine sees that it is not. */
  'case.resolve': Type.Object({ ...CaseRef, reason: Reason }, exact),
  /** What is done about a kind from now on. Cases that go on do so by the steps they began with. */
  'playbook.put': Type.Object({ code: CaseCodeSchema, steps: PlaybookStepsSchema, reason: Reason }, exact),
  /** What is done about a kind is what Baton does by default. */
  'playbook.remove': Type.Object({ code: CaseCodeSchema, reason: Reason }, exact),
} as const;
