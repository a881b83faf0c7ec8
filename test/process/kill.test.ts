/**
 * kill -9 of the real server under load, at random moments, again and again on one data directory: what was
 * acknowledged is there once, with the same answer, and no unit was promised twice. What the clients saw is judged
 * by a witness (witness.ts) that replays the journal in its order.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, type Baton } from '../../gateway/client/client.ts';
import { readOn } from './journal.ts';
import { endAll, freePort, portOf, run, type Program } from './program.ts';
import { balancesOf, Traffic } from './traffic.ts';
import { Witness, type Call } from './witness.ts';

const kills = 32;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'baton-kill-'));
});
afterEach(async () => {
  await endAll();
  rmSync(data, { recursive: true, force: true });
});

const serve = (port: number): Program =>
  run('main.js', ['--data', data, '--port', String(port), '--empty', '--insecure-dev', '--log-level', 'info']);

async function kill(server: Program): Promise<void> {
  server.kill('SIGKILL');
  expect(await server.exit).toEqual({ code: null, signal: 'SIGKILL' });
}

/** Sent again under their ids, commands get the answers they got. */
async function askAgain(traffic: Traffic, calls: readonly Call[], client: Baton): Promise<void> {
  const wrong: string[] = [];
  const again = async (from: number): Promise<void> => {
    for (let at = from; at < calls.length; at += 64) {
      const call = calls[at];
      if (call?.told === undefined) continue;
      const told = await traffic.ask(call.commandId, client);
      if (!isDeepStrictEqual(told, call.told)) wrong.push(call.commandId);
    }
  };
  await Promise.all(Array.from({ length: 64 }, (_, from) => again(from)));
  expect(wrong.slice(0, 10)).toEqual([]);
}

test('[P8] [I1] [I4] [I5] killed at any moment under load: nothing acknowledged is lost, nothing sold twice', { timeout: 240_000 }, async () => {
  const port = await freePort();
  const url = `ws://127.0.0.1:${port}`;
  let server = serve(port);
  await portOf(server);
  const traffic = await Traffic.open({ url });
  await traffic.furnish();
  const witness = new Witness();
  let checked = 0;
  let killsAtStart = 0;
  traffic.start();
  for (let round = 1; round <= kills; round += 1) {
    // Each fourth time it is killed while it starts, which takes a third of a second or more.
    if (round % 4 === 0) {
      killsAtStart += 1;
      await sleep(Math.random() * 400);
    } else {
      await portOf(server);
      const client = await connect({ url });
      const recent = traffic.calls.slice(-1_500).filter(({ told }) => told !== undefined);
      await askAgain(traffic, recent, client);
      await client.close();
      await sleep(Math.random() * 500);
    }
    await kill(server);
    await readOn(data, witness);
    const seen = traffic.calls.length;
    witness.check(traffic.calls.slice(checked));
    // What is still in flight is looked at again in the next round.
    while (checked < seen && traffic.calls[checked]?.told !== undefined) checked += 1;
    expect(witness.faults).toEqual([]);
    server = serve(port);
  }
  await portOf(server);
  await traffic.stop();
  await checkTheEnd(traffic, witness, url, server);
  expect(traffic.calls.every(({ told }) => told !== undefined)).toBe(true);
  expect(killsAtStart).toBe(kills / 4);
  process.stdout.write(`${kills} kills, ${witness.commands} commands in ${witness.position} turns, ${witness.accepted} orders accepted\n`);
});

async function checkTheEnd(traffic: Traffic, witness: Witness, url: string, server: Program): Promise<void> {
  const client = await connect({ url });
  await askAgain(traffic, traffic.calls, client);
  const balances = await balancesOf(client);
  await client.close();
  await traffic.close();
  server.kill('SIGTERM');
  expect((await server.exit).code).toBe(0);
  await readOn(data, witness);
  witness.check(traffic.calls);
  witness.checkOrder(traffic.calls);
  expect(witness.faults).toEqual([]);
  // Nothing is in the journal that nobody sent, and nothing was left out.
  expect(witness.commands).toBe(traffic.calls.length);
  expect(balances).toEqual(Object.fromEntries(witness.stocks));
  const verify = run('cli.js', ['verify', '--data', data]);
  expect((await verify.exit).code, verify.output()).toBe(0);
}

test('[P8] the test sees a loss: an older copy of the directory put back', { timeout: 60_000 }, async () => {
  const port = await freePort();
  const url = `ws://127.0.0.1:${port}`;
  let server = serve(port);
  await portOf(server);
  const traffic = await Traffic.open({ url });
  await traffic.furnish();
  await kill(server);
  const older = `${data}-older`;
  try {
    cpSync(data, older, { recursive: true });
    server = serve(port);
    traffic.start();
    await portOf(server);
    await traffic.grows(500);
    await kill(server);
    await traffic.close();
    rmSync(data, { recursive: true });
    cpSync(older, data, { recursive: true });
  } finally {
    rmSync(older, { recursive: true, force: true });
  }
  const witness = new Witness();
  await readOn(data, witness);
  witness.check(traffic.calls);
  expect(witness.faultCount).toBeGreaterThan(400);
  expect(witness.faults[0]).toMatch(/was acknowledged at \d+ and is lost/);
});
