/** What the tidy and docs tests read: the files of the repository, their text and what they import. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const skipped = new Set(['node_modules', 'dist', '.git', 'data', 'coverage']);

export function filesUnder(folder: string, end: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) found.push(...filesUnder(path, end));
    else if (entry.isFile() && entry.name.endsWith(end)) found.push(path);
  }
  return found.toSorted();
}

export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** The text with comments and the insides of strings blanked, line for line. */
  readonly code: string;
  /** Ours as paths from the root, others by name. */
  readonly imports: readonly string[];
}

const blanked = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

const statements = /^(?:import|export)\b[^;'"]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

function sourceFile(path: string): SourceFile {
  const text = textOf(path);
  const code = text.replace(blanked, (piece) => piece.replace(/[^\n]/g, ' '));
  const imports: string[] = [];
  for (const [, from, sole, late] of text.matchAll(statements)) {
    const name = from ?? sole ?? late ?? '';
    imports.push(name.startsWith('.') ? normalize(join(dirname(path), name)) : name);
  }
  return { path, text, code, imports };
}

const folders = ['actors', 'engine', 'storage', 'gateway', 'bench', 'test'];
export const sources: readonly SourceFile[] = folders
  .flatMap((folder) => filesUnder(folder, '.ts'))
  .filter((path) => !path.endsWith('.d.ts'))
  .map(sourceFile);
/** Sources that are part of the product, tests and benches aside. */
export const product = sources.filter(({ path }) => !/^(test|bench)\//.test(path));

export const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesUnder('docs', '.md')];

/** Lines of a text that match, as `path:line: text`. */
export function hits({ path, code, text }: SourceFile, pattern: RegExp): string[] {
  const lines = text.split('\n');
  return code.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${lines[index]?.trim()}`] : []));
}

export const linkTarget = (page: string, link: string): string => relative('.', normalize(join(dirname(page), link)));
