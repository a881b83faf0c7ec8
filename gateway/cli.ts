/**
 * `baton <command>`: reads the command line and hands over. Every command returns its exit code.
 */
import { readFileSync } from 'node:fs';
import { parseCommandLine } from './config.ts';
import type { CommandLine } from './config.ts';
import { runKeysCommand } from './keys-command.ts';
import {
  backupStore,
  exportStore,
  printStoreStats,
  restoreStore,
  verifyStore,
} from './store-commands.ts';

const print = (line: string): Promise<void> | void => write(process.stdout, `${line}\n`);
const complain = (line: string): Promise<void> | void => write(process.stderr, `${line}\n`);

/** Waits while the reader is slow: an export is larger than any pipe. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> | void {
  if (stream.write(text)) return;
  return new Promise((resolve) => stream.once('drain', resolve));
}

async function run(line: CommandLine): Promise<number> {
  switch (line.command) {
    case 'start': {
      // Loaded when needed: a look at a key file does not start with the whole engine.
      const { start } = await import('./main.ts');
      return start(line.settings);
    }
    case 'verify':
      return verifyStore(line.dataDirectory, print);
    case 'stats':
      return printStoreStats(line.dataDirectory, print);
    case 'backup':
      return backupStore(line.dataDirectory, line.to, print);
    case 'restore':
      return restoreStore(line.from, line.dataDirectory, print);
    case 'export':
      return exportStore(line.dataDirectory, print, line.after);
    case 'keys add':
    case 'keys list':
    case 'keys revoke':
      return runKeysCommand(line, print, complain);
    case 'help':
      await print(line.text.trimEnd());
      return 0;
    case 'version':
      await print(version());
      return 0;
    default:
      return runTool(line);
  }
}

/** Those with options of their own. Loaded when needed. */
async function runTool(line: Extract<CommandLine, { args: readonly string[] }>): Promise<number> {
  switch (line.command) {
    case 'import': {
      const { runImport } = await import('./feeds/import-file.ts');
      return runImport(line.args, process.env, process.stdout);
    }
    case 'plan':
      return runPlan(line.args);
    case 'rehearse': {
      const { runRehearse } = await import('./rehearse/command.ts');
      return runRehearse(line.args, process.stdout);
    }
    case 'whatif': {
      const { runWhatIf } = await import('./what-if-command.ts');
      return runWhatIf(line.args, process.env, process.stdout);
    }
    case 'cases': {
      const { runCases } = await import('./cases-command.ts');
      return runCases(line.args, process.env, process.stdout);
    }
    case 'rates': {
      const { runRatesCommand } = await import('./rates/rates-command.ts');
      return runRatesCommand(line.args, process.env, process.stdout);
    }
    case 'explain': {
      const { runExplain } = await import('./explain-command.ts');
      return runExplain(line.args, process.env, process.stdout);
    }
    case 'world': {
      const { runWorld } = await import('./world/world-command.ts');
      return runWorld(line.args, process.env, process.stdout);
    }
    case 'replay': {
      const { runReplay } = await import('./replay/replay.ts');
      return runReplay(line.args, process.stdout);
    }
  }
}

async function runPlan(args: readonly string[]): Promise<number> {
  const [what, ...rest] = args;
  const { isLive, runLivePlan } = await import('./plan-live.ts');
  if (isLive(what)) return runLivePlan(what, rest, process.env, print);
  const { runPlanCommand } = await import('./plan-command.ts');
  return runPlanCommand(args, Date.now(), print);
}

function version(): string {
  // This runs as dist/gateway/cli.js.
  const { version: text } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  return text;
}

const line = parseCommandLine(process.argv.slice(2), process.env);
if ('refused' in line) {
  await complain(`baton: ${line.refused}`);
  process.exitCode = 2;
} else {
  process.exitCode = await run(line);
}
