/** What goes wrong in the world, and how often. Data: choices.ts draws by these shares. */

/** Share by default, 0 to 1, and of what. */
const table = {
  payment: [0.04, 'orders whose payment is declined at first'],
  cancel: [0.02, 'orders that their customer cancels'],
  short: [0.02, 'picks of which a unit is not there'],
  socket: [0.02, 'picks during which the terminal loses its socket'],
  outage: [0.03, 'hours in which a carrier makes no labels'],
  delay: [0.03, 'parcels that nobody scans for long'],
  lost: [0.005, 'parcels that are lost'],
  return: [0.08, 'parcels of which something comes back'],
  damage: [0.15, 'returned units that came damaged'],
} as const satisfies Record<string, readonly [share: number, of: string]>;

export type TroubleKind = keyof typeof table;
export type Trouble = Readonly<Record<TroubleKind, number>>;

const kinds = Object.keys(table) as TroubleKind[];

const everyKind = (share: (kind: TroubleKind) => number): Trouble =>
  Object.fromEntries(kinds.map((kind) => [kind, share(kind)])) as Trouble;

export const usualTrouble: Trouble = everyKind((kind) => table[kind][0]);
export const noTrouble: Trouble = everyKind(() => 0);

/** One line for each kind, for the help. */
export const troubleLines: readonly string[] = kinds.map(
  (kind) => `${kind.padEnd(10)}${String(table[kind][0]).padEnd(7)}${table[kind][1]}`,
);

/** `0.1`: every kind so often. `short=0.2,lost=0`: these; the others as usual. A text: what is wrong with it. */
export function readTrouble(text: string): Trouble | string {
  const share = shareOf(text);
  if (share !== undefined) return everyKind(() => share);
  const trouble: Record<TroubleKind, number> = { ...usualTrouble };
  for (const part of text.split(',')) {
    const [name = '', value = '', ...rest] = part.split('=');
    const kind = kinds.find((one) => one === name.trim());
    const given = shareOf(value);
    if (kind === undefined) return `--trouble knows ${kinds.join(', ')}, not ${name.trim()}`;
    if (given === undefined || rest.length > 0) return `--trouble ${kind} is a share from 0 to 1`;
    trouble[kind] = given;
  }
  return trouble;
}

function shareOf(text: string): number | undefined {
  const share = text.trim() === '' ? NaN : Number(text);
  return share >= 0 && share <= 1 ? share : undefined;
}
