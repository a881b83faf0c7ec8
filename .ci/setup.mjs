/**
 * Everything a fresh clone needs before it can run: installs the packages when others are installed
 * than the lock file says, and builds when a source is newer than the last build. Plain JavaScript,
 * because it runs before anything is built. Does nothing, quickly, when nothing is to do.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = ['actors', 'engine', 'storage', 'gateway', 'bench', 'test', 'tsconfig.json', 'package.json'];
const stamp = join(root, 'dist', '.built');
/** What npm notes of what it installed. */
const installed = join(root, 'node_modules', '.package-lock.json');

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function run(what, command, args) {
  process.stderr.write(`${what} …\n`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) fail(`${what}: ${error.message}`);
  if (status !== 0) fail(`${what} failed with exit code ${status}`);
}

const mtime = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/**
 * Every package of the lock file is there in its version, save optional ones of other platforms, and no other.
 * By content, not by age: a checkout makes the lock file new without changing it.
 */
function isInstalled() {
  if (!existsSync(installed)) return false;
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const found = packagesOf(installed);
  const isThere = ([path, { version, optional }]) =>
    path === '' || (found[path] === undefined ? optional === true : found[path].version === version);
  return Object.entries(wanted).every(isThere) && Object.keys(found).every((path) => wanted[path] !== undefined);
}

function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch (error) {
    fail(`${path} cannot be read: ${error.message}`);
  }
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Baton needs Node 20.19 or newer; this is ${process.version}.`);
}
if (!isInstalled()) {
  run('Installing packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
if (mtime(stamp) < Math.max(...sources.map((name) => newest(join(root, name))))) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  run('Building', process.execPath, [compiler, '-p', 'tsconfig.json']);
  writeFileSync(stamp, `${new Date().toISOString()}\n`);
}
