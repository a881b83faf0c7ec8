/** Commands of terminals: they announce themselves, and what is done with the tasks they are given. */
import { Type, type Static } from 'typebox';
import { gramsMax, orderLinesMax, scansMax, sideMmMax, taskParcelsMax } from './limits.ts';
import { terminalListMax, terminalMs, terminalTasksMax } from './limits.ts';
import { lotFields } from './lot-commands.ts';
import {
  BalanceSchema,
  CarrierIdSchema,
  exact,
  FulfillmentIdSchema,
  LineIdSchema,
  LocationIdSchema,
  name,
  OrderIdSchema,
  place,
  QuantitySchema,
  Reason,
  ServiceIdSchema,
  SkuSchema,
  TerminalIdSchema,
  text,
} from './schemas.ts';
import { substituteFields } from './substitute-commands.ts';

const Spell = (description: string) =>
  Type.Optional(Type.Integer({ minimum: terminalMs.min, maximum: terminalMs.max, description }));
const Names = (description: string) =>
  Type.Optional(Type.Array(place(description), { maxItems: terminalListMax, uniqueItems: true }));

export const AnnouncedSchema = Type.Object(
  {
    terminalId: TerminalIdSchema,
    location: LocationIdSchema,
    /** Tasks it may hold at once. */
    capacity: Type.Integer({ minimum: 1, maximum: terminalTasksMax }),
    /** It is given up to so many tasks together, and the next once it holds none. Absent: one after another. */
    wave: Type.Optional(Type.Integer({ minimum: 1, maximum: terminalTasksMax })),
    /** Units of its tasks together, the first of them aside. Absent: any number. */
    unitsMax: Type.Optional(QuantitySchema),
    /** Zones it works in: of the items' attribute `zone`. Absent: all. Tasks without a zone go anywhere. */
    zones: Names('Zone'),
    /** What it can do: it is given no task of an item whose attribute `needs` is none of these. */
    capabilities: Names('Capability'),
    /** Silent for so long, it is taken to be gone. Default 60 s. */
    leaseMs: Spell('Silence after which it is taken to be gone, milliseconds'),
    /** A task that it does not acknowledge for so long is given to another. Default 120 s. */
    ackMs: Spell('Time to acknowledge a task, milliseconds'),
    /** Its socket lost, it keeps what nobody has touched for so long. Default 15 s. */
    graceMs: Spell('Time to come back after its socket was lost, milliseconds'),
    /** Gone, it keeps what was touched for so long; then others go on with it. Default 30 min. */
    keepMs: Spell('Time for which touched tasks wait for it, milliseconds'),
  },
  exact,
);
export type Announced = Static<typeof AnnouncedSchema>;

const TaskRef = { terminalId: TerminalIdSchema, orderId: OrderIdSchema, fulfillmentId: FulfillmentIdSchema };
const ParcelId = place('Parcel id, unique within its task');

const ScanSchema = Type.Object(
  {
    /** Made by the scanner, unique within the task: the same scan sent again counts once. */
    scanId: name('Scan id, unique within its task'),
    sku: SkuSchema,
    /** Default 1. */
    quantity: Type.Optional(QuantitySchema),
  },
  exact,
);

const Units = Type.Object({ lineId: LineIdSchema, quantity: QuantitySchema }, exact);
const Side = Type.Optional(Type.Integer({ minimum: 1, maximum: sideMmMax, description: 'Millimetres' }));
const ParcelSchema = Type.Object(
  {
    /** Absent: "1", "2" … by place in the list. */
    parcelId: Type.Optional(ParcelId),
    weightGrams: Type.Integer({ minimum: 1, maximum: gramsMax }),
    lengthMm: Side,
    widthMm: Side,
    heightMm: Side,
    /** What is in it. Where one parcel says so, each does, and together they hold every unit. */
    lines: Type.Optional(Type.Array(Units, { minItems: 1, maxItems: orderLinesMax })),
  },
  exact,
);

const NamedUnits = Type.Object({ lineId: LineIdSchema, quantity: QuantitySchema, ...lotFields }, exact);
const namedUnits = Type.Array(NamedUnits, { minItems: 1, maxItems: orderLinesMax });

export const terminalCommands = {
  /**
   * A terminal is there: from now on it is given tasks of its location, as far as it has room. Open already, it keeps
   * its tasks and is what it now says it is.
   */
  'terminal.open': AnnouncedSchema,
  /** It is still there. Every other command of a terminal says so as well. */
  'terminal.beat': Type.Object({ terminalId: TerminalIdSchema }, exact),
  /** Its socket was lost: it is given nothing until it is heard of again. The gateway says so by itself. */
  'terminal.lose': Type.Object({ terminalId: TerminalIdSchema }, exact),
  /**
   * It is given nothing more. What nobody has touched goes to others at once; with what was touched it closes once
   * that is done, or, with `now`, at once, and others go on with it.
   */
  'terminal.close': Type.Object(
    { terminalId: TerminalIdSchema, now: Type.Optional(Type.Boolean()), reason: Type.Optional(Reason) },
    exact,
  ),
  /** It begins with a task: from here on its units can no longer be cancelled. The answer names lots to take. */
  'task.ack': Type.Object(TaskRef, exact),
  /** Units were taken, each scan counted once, all of them or none. More than there are to take is refused. */
  'task.scan': Type.Object(
    { ...TaskRef, scans: Type.Array(ScanSchema, { minItems: 1, maxItems: scansMax }) },
    exact,
  ),
  /** Units that could not be found: stock is corrected, and they are sourced elsewhere in the same turn. */
  'task.short': Type.Object({ ...TaskRef, lines: namedUnits, reason: Reason }, exact),
  /** Units that could not be found, replaced by others that may stand for them: the task is of these from now on. */
  'task.substitute': Type.Object({ ...TaskRef, ...substituteFields }, exact),
  /** Every unit is in a parcel. Packed again, these parcels take the place of those before. */
  'task.pack': Type.Object(
    { ...TaskRef, parcels: Type.Array(ParcelSchema, { minItems: 1, maxItems: taskParcelsMax }) },
    exact,
  ),
  /** A parcel has a label. */
  'task.label': Type.Object(
    {
      ...TaskRef,
      parcelId: ParcelId,
      carrier: Type.Optional(CarrierIdSchema),
      service: Type.Optional(ServiceIdSchema),
      tracking: text(64, 'Tracking number'),
      /** What the label costs, in minor units. */
      costMinor: Type.Optional(BalanceSchema),
    },
    exact,
  ),
  /** Its parcels, all of them labelled, are on a manifest. */
  'task.manifest': Type.Object({ ...TaskRef, manifest: name('Manifest') }, exact),
  /**
   * Its parcels left the location: the fulfillment is shipped. Carrier and tracking are those of the first label,
   * where none are named.
   */
  'task.handOver': Type.Object(
    {
      ...TaskRef,
      carrier: Type.Optional(CarrierIdSchema),
      tracking: Type.Optional(text(64, 'Tracking number')),
      /** Of tracked SKUs: which units left, where they are others than those it was told to take. Whole lines. */
      lines: Type.Optional(namedUnits),
    },
    exact,
  ),
  /** Somebody else is to do it. Where a unit was scanned, whoever is next goes on from there. */
  'task.release': Type.Object({ ...TaskRef, reason: Type.Optional(Reason) }, exact),
} as const;
