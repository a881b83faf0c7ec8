/** The house keeps itself in order: who may import whom, what may not be called, how large things grow. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { hits, linkTarget, pages, product, root, sources, textOf, type SourceFile } from './sources.ts';

/** The first row that fits a file says what it may import: of ours by path, of others by name. */
const mayImport: readonly (readonly [file: RegExp, ours: RegExp, others: RegExp])[] = [
  [/^actors\/(order|stock|carrier|supply|reservation|return|terminal|task|case)\.ts$/, /^actors\//, /^xstate$/],
  [/^actors\/(calendar-schemas|plan-schemas|playbook-schemas|schemas|([a-z]+-)*queries|([a-z]+-)?commands)\.ts$/, /^actors\//, /^typebox$/],
  [/^actors\//, /^actors\//, /^$/],
  [/^engine\/step\.ts$/, /^(actors|engine)\//, /^xstate$/],
  [/^engine\/routing\/plans\/cel\.ts$/, /^engine\//, /^@marcbachmann\/cel-js$/],
  [/^engine\/clock\.ts$/, /^engine\//, /^node:perf_hooks$/],
  [/^engine\//, /^(actors|engine)\/|^storage\/journal\.ts$/, /^$/],
  [/^storage\/lmdb[a-z-]*\.ts$/, /^storage\//, /^(lmdb|node:.*)$/],
  [/^storage\/values\.ts$/, /^storage\//, /^msgpackr$/],
  [/^storage\//, /^storage\//, /^node:/],
  [/^gateway\/plan-command\.ts$/, /^(actors|engine\/routing\/plans|gateway)\//, /^(node:fs\/promises|typebox\/compile|yaml)$/],
  [/^gateway\/rehearse\//, /^(actors|engine|storage|gateway)\//, /^node:/],
  [/^gateway\/(main|cli|store-commands)\.ts$/, /^(actors|engine|storage|gateway)\//, /^(node:|typebox)/],
  [/^gateway\/prices\//, /^engine\/(assert\.ts|routing\/prices\/(question|solve)\.ts)$/, /^node:worker_threads$/],
  [/^gateway\/server\/uws\.ts$/, /^gateway\/|^engine\/assert\.ts$/, /^(uWebSockets\.js|node:.*)$/],
  [/^gateway\/(replay|world)\//, /^(actors|gateway)\/|^engine\/(api|outcome|limits)\.ts$/, /^(node:.*|hdr-histogram-js)$/],
  [/^gateway\/server\/node[a-z-]*\.ts$/, /^gateway\/|^engine\/assert\.ts$/, /^(ws|node:.*)$/],
  [/^gateway\/client\//, /^(actors\/|engine\/outcome\.ts$|gateway\/(client\/|feeds\/|protocol\.ts|limits\.ts|messagepack))/, /^(ws|msgpackr|node:net)$/],
  [
    /^gateway\//,
    /^(actors|gateway)\/|^engine\/(engine|api|outcome|limits|clock|assert)\.ts$/,
    /^(node:.*|typebox(\/.*)?|jose|pino|prom-client)$/,
  ],
  [/^(bench|test)\//, /^(actors|engine|storage|gateway|bench|test|vitest)/, /./],
];

/** Files that start something, so that nothing imports them. */
const entries = [
  /^gateway\/(main|cli)\.ts$/, /^gateway\/client\/(client|browser)\.ts$/, /^gateway\/replay\/main\.ts$/,
  /^gateway\/rehearse\/worker\.ts$/,
  /^gateway\/demo\/make-sample\.ts$/, /^bench\/(bench|load)\.ts$/, /^bench\/.*\.bench\.ts$/, /\.test\.ts$/,
  /^test\/simulation\/simulate\.ts$/, /^test\/actors\/diagrams\.ts$/,
];

const banned: readonly (readonly [where: RegExp, what: RegExp, instead: string])[] = [
  [/^(actors|engine)\//, /\bDate\.now\b|\bnew Date\b/, 'time is an argument (engine/clock.ts)'],
  [/^(actors|engine)\//, /\bMath\.random\b|\bcrypto\b/, 'chance is an argument'],
  [/^(actors|engine)\//, /\bconsole\b|\bprocess\./, 'tell a hook'],
  [/^(actors|engine\/(?!clock))/, /\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/, 'ask the clock'],
  [/^(actors|engine|storage|gateway)\//, /\bconsole\./, 'the log (gateway/log.ts) or the process streams'],
  [/./, /\beval\(|\bnew Function\b/, 'nothing'],
  [/^(?!test)/, /(?<=[\w)\]])!(?=[.;,)\]\s[])(?!==?)/, 'must() from engine/assert.ts'],
  [/^(?!test)/, /(?:[:<,|&]|\bas)\s*any\b/, 'unknown, decoded once'],
  [/./, /^\s*(?:export )?(?:const )?enum\b/, 'a union of literals'],
  [/^test\//, /\b(?:it|test|describe)\.(?:only|todo)\b/, 'run them all'],
  [/^test\//, /\b(?:it|test|describe)\.skip\b(?!If)/, 'skipIf with a reason'],
];

const inside = (path: string): boolean => /^(actors|engine|storage|gateway|bench|test)\//.test(path);
const list = (faults: readonly string[]): string => faults.join('\n');

describe('imports', () => {
  it('[Y1] run one way', () => {
    const faults = sources.flatMap(({ path, imports }) => {
      const row = mayImport.find(([file]) => file.test(path));
      return imports.flatMap((name) => {
        const allowed = row !== undefined && (inside(name) ? row[1] : row[2]).test(name);
        return allowed ? [] : [`${path} imports ${name}`];
      });
    });
    expect(list(faults)).toBe('');
  });

  it('[Y1] have no cycles, types aside', () => {
    expect(list(cycles())).toBe('');
  });

  it('[Y1] name files with their extension, and files that exist', () => {
    const faults = sources.flatMap(({ path, imports }) =>
      imports.filter((name) => inside(name) && !existsSync(join(root, name))).map((name) => `${path}: ${name}`),
    );
    expect(list(faults)).toBe('');
  });

  it('[Y1] reach every file: each is imported or starts something', () => {
    const imported = new Set(sources.flatMap(({ imports }) => imports));
    const scripts = textOf('package.json') + sources.map(({ text }) => text).join('\n');
    const isStarted = (path: string): boolean =>
      entries.some((entry) => entry.test(path)) || scripts.includes(`${path.split('/').at(-1)?.replace(/\.ts$/, '.js')}`);
    const faults = sources.map(({ path }) => path).filter((path) => !imported.has(path) && !isStarted(path));
    expect(list(faults)).toBe('');
  });
});

/** Cycles among value imports: type-only ones vanish when built. */
function cycles(): string[] {
  const values = new Map(
    sources.map(({ path, text }) => {
      const isTypesOnly = (statement: string): boolean => /^import \{(\s*type [^,}]+,?)+\s*\}/.test(statement);
      const found = [...text.matchAll(/^import (?!type\b)[^;]*?from '(\.[^']+)'/gms)];
      const names = found.filter(([statement]) => !isTypesOnly(statement));
      return [path, names.map(([, name = '']) => linkTarget(path, name))] as const;
    }),
  );
  const faults = new Set<string>();
  const visit = (path: string, trail: readonly string[], done: Set<string>): void => {
    const at = trail.indexOf(path);
    if (at >= 0) faults.add([...trail.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path)) return;
    done.add(path);
    for (const next of values.get(path) ?? []) visit(next, [...trail, path], done);
  };
  const done = new Set<string>();
  for (const path of values.keys()) visit(path, [], done);
  return [...faults];
}

describe('code', () => {
  test.each(banned)('[Y2] in %s has no %s: instead %s', (where, what) => {
    expect(list(sources.filter(({ path }) => where.test(path)).flatMap((file) => hits(file, what)))).toBe('');
  });

  it('[Y2] holds no unfinished business', () => {
    const word = new RegExp(`\\b(${['TO', 'FIX', 'XX'].map((half, index) => half + ['DO', 'ME', 'X'][index]).join('|')})\\b`);
    const faults = [...sources, ...pages.map((path) => ({ path, text: textOf(path) }))]
      .flatMap(({ path, text }) => (word.test(text) ? [path] : []));
    expect(list(faults)).toBe('');
  });

  it('[Y2] has no empty catch without a reason', () => {
    const faults = sources.flatMap(({ path, text }) => (/catch(?: \(\w+\))? \{\s*\}/.test(text) ? [path] : []));
    expect(list(faults)).toBe('');
  });
});

describe('size', () => {
  it('[Y3] files have at most 400 lines', () => {
    const faults = sources.flatMap(({ path, text }) => (text.split('\n').length > 401 ? [`${path}: ${text.split('\n').length - 1}`] : []));
    expect(list(faults)).toBe('');
  });

  it('[Y3] functions have at most 60 lines', () => {
    expect(list(product.flatMap(longFunctions))).toBe('');
  });

  it('[Y3] lines have at most 120 columns, in tests and benches 200', () => {
    const faults = sources.flatMap(({ path, text }) => {
      const columns = /^(test|bench)\//.test(path) ? 200 : 120;
      return text.split('\n').flatMap((line, index) => (line.length > columns ? [`${path}:${index + 1}: ${line.length}`] : []));
    });
    expect(list(faults)).toBe('');
  });

  it('[Y3] every file but a test begins by saying what it is', () => {
    const begins = (text: string): boolean => {
      const head = text.split('\n').slice(0, 12).join('\n');
      return /^\/\*\*/.test(head) || /^import .*\n(?:import .*\n)*\n?\/\*\*/.test(head);
    };
    const others = sources.filter(({ path }) => !path.endsWith('.test.ts'));
    expect(list(others.filter(({ text }) => !begins(text.replace(/^#!.*\n/, ''))).map(({ path }) => path))).toBe('');
  });
});

/** Functions and methods of over 60 lines, told by their indentation, which formatting keeps. */
function longFunctions({ path, code }: SourceFile): string[] {
  const lines = code.split('\n');
  const begins = /^(\s*)(?:(?:export |async |static |get |set |private )*(?:function\b.*|[#\w]+(?:<.*>)?\(.*\).*)|.*=> )\{\s*$|^(\s*)\).*\{\s*$/;
  const control = /^\s*(?:if|for|while|switch|catch|else|do|try)\b/;
  return lines.flatMap((line, start) => {
    const match = begins.exec(line);
    if (match === null || control.test(line)) return [];
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    const length = lines.slice(start + 1).findIndex((later) => later.startsWith(`${indent}}`)) + 2;
    return length > 60 ? [`${path}:${start + 1}: ${length} lines`] : [];
  });
}

describe('words', () => {
  const ruleIds = [...textOf('docs/SPEC.md').matchAll(/^- \*\*([A-Z]{1,2}\d+)\*\* /gm)].map(([, id = '']) => id);
  const tests = sources.filter(({ path }) => path.startsWith('test/'));
  const cited = new Set(
    tests.flatMap(({ text }) =>
      [...text.matchAll(/(?<=['"`\s])\[([A-Z]{1,2}\d+)\](?=[\s'"`])|^\s*\['([A-Z]{1,2}\d+)',/gm)].map(([, id, row]) => id ?? row ?? ''),
    ),
  );

  it('[Y4] every rule has one id, and a test that cites it', () => {
    expect(list(ruleIds.filter((id, index) => ruleIds.indexOf(id) !== index))).toBe('');
    expect(list(ruleIds.filter((id) => !cited.has(id)))).toBe('');
  });

  it('[Y4] every id a test cites is a rule', () => {
    expect(list([...cited].filter((id) => !ruleIds.includes(id)))).toBe('');
  });

  it('[Y5] every page has one title', () => {
    const titles = (text: string): number => text.replace(/^```[\s\S]*?^```/gm, '').match(/^# /gm)?.length ?? 0;
    expect(list(pages.filter((path) => titles(textOf(path)) !== 1))).toBe('');
  });

  it('[Y5] links between pages lead somewhere', () => {
    const faults = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map(([, link = '']) => linkTarget(page, link))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(list(faults)).toBe('');
  });

  it('[Y5] the glossary defines each word once', () => {
    const words = [...textOf('docs/GLOSSARY.md').matchAll(/^\| ([^|]+?) \| /gm)].map(([, word = '']) => word);
    const terms = words.filter((word) => word !== 'Word' && word !== '---');
    expect(terms.length).toBeGreaterThan(30);
    expect(list(terms.filter((word, index) => terms.indexOf(word) !== index))).toBe('');
  });

  it('[Y6] nothing names a machine’s paths or a registry', () => {
    const paths = /(?<![\w.])\/(?:work|home|Users|root)\/|registry\.[\w-]+\.|\.npmjs\./;
    const isFree = (text: string): boolean => !text.split('\n').some((line) => paths.test(line));
    const others = ['package.json', 'package-lock.json', '.npmrc', 'Dockerfile', '.ci/run', '.ci/setup.mjs', ...pages];
    const files = [...sources, ...others.map((path) => ({ path, text: textOf(path) }))];
    expect(list(files.filter(({ path, text }) => path !== 'test/tidy.test.ts' && !isFree(text)).map(({ path }) => path))).toBe('');
    expect(textOf('package-lock.json')).not.toMatch(/"resolved": "http/);
  });
});
