/** What a subscriber knows of terminals and tasks who saw every event: who holds what, and how far it is. */
import type { TaskEvent } from '../../actors/task-context.ts';
import type { TerminalEvent } from '../../actors/terminal-context.ts';
import { expect } from './actions.ts';
import type { Shadow } from './shadow/state.ts';

export class FloorFold {
  readonly #terminals = new Map<string, string>();
  readonly #tasks = new Map<string, { readonly state: string; readonly terminal: string | undefined; readonly scanned: number; readonly lines: number }>();

  take(event: TaskEvent | TerminalEvent): void {
    if (event.kind === 'terminal.changed') {
      this.#terminals.set(event.terminalId, event.state);
      return;
    }
    const key = `${event.fulfillmentId}/${event.orderId}`;
    const lines = event.lines?.length ?? this.#tasks.get(key)?.lines ?? 0;
    this.#tasks.set(key, { state: event.state, terminal: event.state === 'waiting' ? undefined : event.terminal, scanned: event.scanned, lines });
  }

  check({ terminals, tasks }: Shadow): void {
    for (const [id, one] of terminals) {
      const told = this.#terminals.get(id);
      expect(told === (one?.state ?? 'closed'), `the events told that terminal ${id} is ${told}, it is ${one?.state}`);
    }
    for (const [key, { state, terminal, lines }] of tasks) {
      const told = this.#tasks.get(key);
      const scanned = lines.reduce((sum, line) => sum + line.scanned, 0);
      const isTold = told?.state === state && told.terminal === terminal && told.scanned === scanned && told.lines === lines.length;
      expect(isTold, () => `the events told of task ${key}: ${JSON.stringify(told)}, it is ${state} with ${terminal}`);
    }
    expect(this.#tasks.size === tasks.size, 'events were told of tasks that do not exist');
  }
}
