/**
 * `npm run load`: the real server in its own process, loaded over real sockets from this one.
 *
 *     npm run load
 *     npm run load -- --rate 10000 --duration 30s
 *     npm run load -- --hot-sku
 *
 * `--help` lists the rest; docs/BENCHMARKS.md says what each figure means and how to repeat it.
 */
import { coldLines, coldStart } from './load/cold.ts';
import { probeDisk, type Disk } from './load/disk.ts';
import { fanOut, fanOutLines } from './load/fan-out.ts';
import { feedLines, feedUnderLoad } from './load/feed.ts';
import { httpLines, overHttp } from './load/http.ts';
import { idle, idleLines } from './load/idle.ts';
import { help, OptionError, readOptions, type LoadOptions, type Mode } from './load/options.ts';
import { askedLine, headLines, loadJson, loadLines } from './load/report.ts';
import { serverFor, type Server } from './load/server.ts';
import { underLoad } from './load/under-load.ts';

const say = (what: string): void => void process.stderr.write(`… ${what}\n`);
const print = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);

/** Resolves with the exit code: 0 when the figures were taken and what they check held. */
async function main(args: readonly string[]): Promise<number> {
  let options: LoadOptions | undefined;
  try {
    options = readOptions(args);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`${error.message}\n\n${help}`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(help);
    return 0;
  }
  return await load(options);
}

async function load(options: LoadOptions): Promise<number> {
  const disk = await probeDisk();
  if (!options.json) print([...headLines(options, disk), ...(options.mode === 'load' ? [askedLine(options)] : [])]);
  const { mode } = options;
  if (mode === 'cold') {
    const result = await coldStart(options, say);
    print(options.json ? [JSON.stringify(result)] : coldLines(result));
    return 0;
  }
  const server = await serverFor(options);
  try {
    return await measure(mode, options, server, disk);
  } finally {
    await server.stop();
  }
}

type OnServer = Exclude<Mode, 'cold'>;

async function measure(mode: OnServer, options: LoadOptions, server: Server, disk: Disk): Promise<number> {
  const show = <T>(result: T, lines: (result: T) => string[]): number => {
    print(options.json ? [JSON.stringify(result)] : lines(result));
    return 0;
  };
  switch (mode) {
    case 'idle':
      return show(await idle(options, server, say), idleLines);
    case 'fan-out':
      return show(await fanOut(options, server), fanOutLines);
    case 'feed':
      return show(await feedUnderLoad(options, server, say), feedLines);
    case 'http':
      return show(await overHttp(options, server, say), (result) => httpLines(options, result));
    case 'load': {
      const result = await underLoad({ options, server, say });
      print(options.json ? [JSON.stringify(loadJson(options, result, disk))] : loadLines(options, result));
      return result.hot === undefined || result.hot.isExact ? 0 : 1;
    }
  }
}

process.exitCode = await main(process.argv.slice(2));
