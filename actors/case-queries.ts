/** Queries on cases and playbooks. Composed in queries.ts. */
import { Type } from 'typebox';
import { CaseCodeSchema } from './case-commands.ts';
import { caseStates, type CaseState } from './case-context.ts';
import { OwnerSchema, SeveritySchema } from './playbook-schemas.ts';
import { CaseIdSchema, CaseSubjectSchema, exact, OrderIdSchema } from './schemas.ts';

const StateSchema = Type.Unsafe<CaseState>(Type.Enum([...caseStates]));

export const caseQueries = {
  /** One case, open or ended, with its newest log, or with an older page of it, and the orders it concerns. */
  'case.get': Type.Object(
    {
      caseId: CaseIdSchema,
      /** This page of its log instead of the newest entries: 0 is the oldest. */
      page: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000 })),
      /** Orders after this one, as the last page's `next` said. */
      after: Type.Optional(OrderIdSchema),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    },
    exact,
  ),
  /** Open cases by any of these together, the oldest first. */
  'case.list': Type.Object(
    {
      code: Type.Optional(CaseCodeSchema),
      state: Type.Optional(StateSchema),
      owner: Type.Optional(OwnerSchema),
      severity: Type.Optional(SeveritySchema),
      subject: Type.Optional(CaseSubjectSchema),
      orderId: Type.Optional(OrderIdSchema),
      /** Continue after this case, as the last page's `next` said. */
      after: Type.Optional(CaseIdSchema),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    },
    exact,
  ),
  /** How many cases are open, by kind and owner, and how many of them are late. */
  'case.counts': Type.Object({}, exact),
  /** What is done about a kind. */
  'playbook.get': Type.Object({ code: CaseCodeSchema }, exact),
  /** What is done about every kind, with the catalogue. */
  'playbook.list': Type.Object({}, exact),
} as const;
