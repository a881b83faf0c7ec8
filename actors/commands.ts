/**
 * Every command the engine takes, defined once: its schema is the type, the validator of untrusted
 * input (compiled by gateway/wire.ts) and the JSON Schema of the docs. A value that passes holds
 * exactly these fields, so it enters the engine as it is. Each subject has its own file.
 */
import type { Static } from 'typebox';
import { editCommands } from './edit-commands.ts';
import { feedCommands } from './feed-commands.ts';
import { forecastCommands } from './forecast-commands.ts';
import { bufferCommands } from './buffer-commands.ts';
import { cancelCommands } from './cancel-commands.ts';
import { caseCommands } from './case-commands.ts';
import type { CommandId } from './ids.ts';
import { intakeCommands } from './intake-commands.ts';
import { itemCommands } from './item-commands.ts';
import { lotCommands } from './lot-commands.ts';
import { networkCommands } from './network-commands.ts';
import { offerCommands } from './offer-commands.ts';
import { orderCommands } from './order-commands.ts';
import { paymentCommands } from './payment-commands.ts';
import { planCommands } from './plan-commands.ts';
import { poolCommands } from './pool-commands.ts';
import { rateCommands } from './rate-commands.ts';
import { reservationCommands } from './reservation-commands.ts';
import { returnCommands } from './return-commands.ts';
import { stockCommands } from './stock-commands.ts';
import { supplyCommands } from './supply-commands.ts';
import { suspectCommands } from './suspect-commands.ts';
import { carrierCommands } from './carrier-commands.ts';
import { trackingCommands } from './tracking-commands.ts';
import { terminalCommands } from './terminal-commands.ts';
import { transitCommands } from './transit-commands.ts';

/** The body of every command by its kind. */
export const commandBodies = {
  ...networkCommands,
  ...itemCommands,
  ...lotCommands,
  ...transitCommands,
  ...forecastCommands,
  ...rateCommands,
  ...stockCommands,
  ...bufferCommands,
  ...poolCommands,
  ...planCommands,
  ...supplyCommands,
  ...suspectCommands,
  ...reservationCommands,
  ...feedCommands,
  ...orderCommands,
  ...cancelCommands,
  ...offerCommands,
  ...intakeCommands,
  ...editCommands,
  ...paymentCommands,
  ...returnCommands,
  ...trackingCommands,
  ...carrierCommands,
  ...terminalCommands,
  ...caseCommands,
} as const;

export type CommandKind = keyof typeof commandBodies;
export type CommandBody<K extends CommandKind> = Static<(typeof commandBodies)[K]>;

/** A command as the engine takes it: decoded, checked, and attributed. */
export type CommandOf<K extends CommandKind> = {
  readonly kind: K;
  readonly commandId: CommandId;
  /** The name of the credential it came with. */
  readonly by: string;
  readonly body: CommandBody<K>;
};
export type Command = { [K in CommandKind]: CommandOf<K> }[CommandKind];

export const commandKinds = Object.keys(commandBodies) as CommandKind[];
