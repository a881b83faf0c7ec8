/**
 * docs/machines.md, written from the machines themselves: `npm run docs` after a change to one. A test
 * (diagrams.test.ts) fails while the page and the machines differ.
 */
import { writeFileSync } from 'node:fs';
import { toDirectedGraph } from '@xstate/graph';
import type { AnyStateMachine } from 'xstate';
import { carrierMachine } from '../../actors/carrier.ts';
import { caseMachine } from '../../actors/case.ts';
import { orderMachine } from '../../actors/order.ts';
import { reservationMachine } from '../../actors/reservation.ts';
import { stockMachine } from '../../actors/stock.ts';
import { returnMachine } from '../../actors/return.ts';
import { supplyMachine } from '../../actors/supply.ts';
import { taskMachine } from '../../actors/task.ts';
import { terminalMachine } from '../../actors/terminal.ts';

const pages = [
  {
    machine: orderMachine,
    title: 'Order',
    says: 'The life of an order. `received`, `sourcing` and `allocating` last no longer than one command: an order '
      + 'rests in one of the others. The states in the box take the same messages; an arrow to the box means the state '
      + 'that the order’s lines and parts say (rule O7).',
  },
  {
    machine: reservationMachine,
    title: 'Reservation',
    says: 'Units held for a cart. `received` and `sourcing` last no longer than one command.',
  },
  {
    machine: stockMachine,
    title: 'Stock',
    says: 'One SKU at one location. It has one state: what it takes depends on its balances alone '
      + '(`actors/stock-ledger.ts`).',
  },
  {
    machine: supplyMachine,
    title: 'Supply',
    says: 'A purchase from a supplier, or a transfer between two locations. Where a message may lead to several states, '
      + 'what is still to come decides (rule U1).',
  },
  {
    machine: returnMachine,
    title: 'Return',
    says: 'What a customer sends back of an order. Where a message may lead to several states, where its units are decides '
      + '(rule RT1).',
  },
  {
    machine: terminalMachine,
    title: 'Terminal',
    says: 'A screen or scanner at one location. When it is taken to be gone, its times decide (rule TM10); what it holds is '
      + 'said by the tasks.',
  },
  {
    machine: taskMachine,
    title: 'Task',
    says: 'The work of one fulfillment, once a terminal was given it. What was packed and labelled stays where another goes on '
      + 'with it (rule TM12).',
  },
  {
    machine: caseMachine,
    title: 'Case',
    says: 'Something that went wrong, from when it is raised to when its cause is gone. Where a message may lead to several '
      + 'states, what its playbook does next decides (rule EX6). One that has ended begins anew when its cause comes back.',
  },
  { machine: carrierMachine, title: 'Carrier', says: 'Who carries parcels. Suspended, it takes none and delivers those it has.' },
];

/** The whole page. */
export function machinesPage(): string {
  const parts = pages.map(({ machine, title, says }) => `## ${title}\n\n${says}\n\n${diagram(machine)}\n`);
  const intro = 'Generated from the machines in `actors/` by `npm run docs`. Do not edit: change the machine.';
  return `# Machines\n\n${intro}\n\n${parts.join('\n')}`;
}

interface Road {
  readonly from: string;
  readonly to: string;
  readonly message: string;
}

function roadsOf(machine: AnyStateMachine): Road[] {
  return toDirectedGraph(machine).children.flatMap(({ edges }) =>
    edges.map(({ source, target, label }) => ({ from: source.key, to: target.key, message: label.text })),
  );
}

/** The largest set of states that take the same messages to the same places: drawn as one. */
function alike(roads: readonly Road[]): readonly string[] {
  const states = new Map<string, Set<string>>();
  for (const { from, to, message } of roads) {
    const road = `${message} ${to}`;
    states.set(road, (states.get(road) ?? new Set()).add(from));
  }
  const counts = new Map<string, number>();
  for (const set of states.values()) {
    const names = [...set].join(' ');
    if (set.size > 2) counts.set(names, (counts.get(names) ?? 0) + set.size);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most === undefined ? [] : most[0].split(' ');
}

const groupName = 'standing';

/** A Mermaid state diagram; messages with the same road share one arrow, states with the same roads a box. */
function diagram(machine: AnyStateMachine): string {
  const roads = roadsOf(machine);
  const group = alike(roads);
  const isShared = ({ to, message }: Road): boolean =>
    group.every((from) => roads.some((other) => other.from === from && other.to === to && other.message === message));
  const toGroup = ({ from, message }: Road): boolean =>
    group.filter((to) => roads.some((other) => other.from === from && other.to === to && other.message === message)).length > 2;
  const arrows = new Map<string, Set<string>>();
  for (const road of roads) {
    const from = group.includes(road.from) && isShared(road) ? groupName : road.from;
    const to = group.includes(road.to) && (toGroup(road) || from === groupName) ? groupName : road.to;
    const arrow = `${from} --> ${to}`;
    arrows.set(arrow, (arrows.get(arrow) ?? new Set()).add(road.message));
  }
  const lines = [`[*] --> ${machine.root.initial.target[0]?.key ?? ''}`];
  if (group.length > 0) lines.push(`state ${groupName} {`, ...group.map((state) => `  ${state}`), '}');
  for (const [arrow, messages] of arrows) lines.push(`${arrow}: ${[...messages].join('<br/>')}`);
  for (const state of Object.values(machine.root.states)) if (state.type === 'final') lines.push(`${state.key} --> [*]`);
  return ['```mermaid', 'stateDiagram-v2', ...lines.map((line) => `  ${line}`), '```'].join('\n');
}

/** Where the page stands: beside the sources, from the build as well. */
export const machinesFile = new URL(
  import.meta.url.endsWith('.js') ? '../../../docs/machines.md' : '../../docs/machines.md',
  import.meta.url,
);

if (import.meta.url === `file://${process.argv[1] ?? ''}`) {
  writeFileSync(machinesFile, machinesPage());
  process.stdout.write('wrote docs/machines.md\n');
}
