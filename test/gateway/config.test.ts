/** The command line and the environment: what they mean, and how nonsense is refused. */
import { describe, expect, test } from 'vitest';
import { environmentName, helpText, optionNames } from '../../gateway/config-options.ts';
import { parseCommandLine, type Settings } from '../../gateway/config.ts';

const parse = (line: string, env: Record<string, string> = {}) =>
  parseCommandLine(
    line.split(' ').filter((word) => word !== ''),
    env,
  );
const refused = (line: string, env: Record<string, string> = {}): string => {
  const result = parse(line, env);
  if (!('refused' in result)) throw new Error(`not refused: ${line}`);
  return result.refused;
};
const settings = (line: string, env: Record<string, string> = {}): Settings => {
  const result = parse(line, env);
  if (!('settings' in result)) throw new Error(JSON.stringify(result));
  return result.settings;
};

describe('the command line', () => {
  test('[A40] nothing said starts with the defaults', () => {
    expect(parse('')).toEqual({
      command: 'start',
      settings: {
        dataDirectory: './data',
        memory: false,
        host: '127.0.0.1',
        port: 7_070,
        server: 'auto',
        demo: 'play',
        keysFile: './data/keys.json',
        keysFileNamed: false,
        jwt: undefined,
        insecureDev: false,
        tls: undefined,
        corsOrigin: undefined,
        retainMs: 7 * 24 * 3_600_000,
        retainBytes: 16 * 1_024 ** 3,
        reserveBytes: 64 * 1_024 ** 2,
        serve: 'age',
        prices: 'off',
        logLevel: 'info',
        logFormat: undefined,
        limits: {
          frameBytesMax: 256 * 1_024,
          inFlightMax: 256,
          subscriptionsMax: 64,
          connectionsMax: 20_000,
        },
      },
    });
  });

  test('[A40] every option of start is understood', () => {
    const all =
      'start --data /d/ --host 0.0.0.0 --port 0 --no-demo --server node --keys /k --jwks /j --jwt-issuer i ' +
      '--jwt-audience a --jwt-claim c --tls-key /tk --tls-cert /tc --cors-origin https://shop.example ' +
      '--retain-hours 1 --retain-gib 2 --reserve-mib 0 --frame-kib 16 --in-flight 1 --subscriptions 2 ' +
      '--connections-max 3 --serve value --prices on --log-level warn --log-format json';
    expect(settings(all)).toEqual({
      dataDirectory: '/d/',
      memory: false,
      host: '0.0.0.0',
      port: 0,
      server: 'node',
      demo: 'network',
      keysFile: '/k',
      keysFileNamed: true,
      jwt: { jwks: '/j', issuer: 'i', audience: 'a', claim: 'c' },
      insecureDev: false,
      tls: { keyFile: '/tk', certFile: '/tc' },
      corsOrigin: 'https://shop.example',
      retainMs: 3_600_000,
      retainBytes: 2 * 1_024 ** 3,
      reserveBytes: 0,
      serve: 'value',
      prices: 'on',
      logLevel: 'warn',
      logFormat: 'json',
      limits: { frameBytesMax: 16_384, inFlightMax: 1, subscriptionsMax: 2, connectionsMax: 3 },
    });
    expect(settings('--data /d/').keysFile).toBe('/d/keys.json');
    expect(settings('--memory --empty --insecure-dev')).toMatchObject({
      memory: true,
      demo: 'none',
      insecureDev: true,
    });
    expect(settings('--port=1 --cors-origin=*')).toMatchObject({ port: 1, corsOrigin: '*' });
  });

  test('[A41] the environment sets what the command line does not', () => {
    const env = {
      BATON_PORT: '1',
      BATON_EMPTY: 'yes',
      BATON_TLS_KEY: '/k',
      BATON_TLS_CERT: '/c',
      OTHER: 'x',
    };
    expect(settings('', env)).toMatchObject({ port: 1, demo: 'none', tls: { keyFile: '/k' } });
    expect(settings('--port 2', env).port).toBe(2);
    expect(settings('', { BATON_EMPTY: '0' }).demo).toBe('play');
    expect(parse('verify', { BATON_DATA: '/d' })).toEqual({
      command: 'verify',
      dataDirectory: '/d',
    });
  });

  test('[A41] every option has its name in the environment, save those of one command', () => {
    expect(environmentName('tls-key')).toBe('BATON_TLS_KEY');
    expect(optionNames.filter((name) => environmentName(name) === undefined)).toEqual([
      'name',
      'role',
      'channels',
      'locations',
      'after',
      'help',
      'version',
    ]);
  });

  test.each([
    ['--prot 1', 'unknown option --prot: did you mean --port?'],
    ['--inflight 1', 'unknown option --inflight: did you mean --in-flight?'],
    ['--retain-g 1', 'unknown option --retain-g: did you mean --retain-gib?'],
    ['--utterly-wrong', 'unknown option --utterly-wrong: see --help'],
    ['-x', 'unknown option -x: see --help'],
    ['strat', 'unknown command strat: did you mean start?'],
    ['keys', 'unknown command keys: see --help'],
    ['keys remove x', 'unknown command keys remove: did you mean keys revoke?'],
    ['start now', 'start does not take now: see --help'],
    ['backup', 'backup needs TO: see --help'],
    ['backup a b', 'backup does not take b: see --help'],
    ['verify --port 1', 'verify does not take --port'],
    ['start --role operator', 'start does not take --role'],
    ['--port', '--port needs a value'],
    ['--data --empty', '--data needs a value'],
    ['--data=', '--data is empty or not text'],
    ['--empty=1', '--empty takes no value'],
    ['--port x', '--port is a whole number from 0 to 65535, not "x"'],
    ['--port 70000', '--port is a whole number from 0 to 65535, not "70000"'],
    ['--port 1.5', '--port is a whole number from 0 to 65535, not "1.5"'],
    ['--port=-1', '--port is a whole number from 0 to 65535, not "-1"'],
    ['--server fast', '--server is one of auto, uws, node, not "fast"'],
    ['--memory --data x', '--memory keeps nothing: it cannot go with --data'],
    [
      '--insecure-dev --host 0.0.0.0',
      '--insecure-dev is for loopback only: it cannot go with --host 0.0.0.0',
    ],
    ['--tls-key k', '--tls-key needs --tls-cert'],
    ['--tls-cert k', '--tls-cert needs --tls-key'],
    ['--jwt-issuer i', '--jwt-issuer needs --jwks'],
    [
      '--cors-origin shop.example',
      '--cors-origin is * or an origin such as https://shop.example, not "shop.example"',
    ],
    [
      '--cors-origin https://shop.example/',
      '--cors-origin is * or an origin such as https://shop.example, not "https://shop.example/"',
    ],
    ['export --after x', `--after is a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not "x"`],
    [
      'keys add --name a --role boss',
      '--role is one of storefront, terminal, operator, connector, agent, not "boss"',
    ],
    ['keys add --role operator', '--name is needed'],
    ['keys add --name a', '--role is needed'],
    ['keys add --name a --role storefront', '--channels is needed for a storefront'],
    ['keys add --name a --role terminal', '--locations is needed for a terminal'],
    ['keys add --name a --role agent --channels a,,b', '--channels: "" is not an id'],
  ])('[A42] "%s" is refused: %s', (line, message) => {
    expect(refused(line)).toBe(message);
  });

  test('[A42] nonsense of the environment is refused by the name it has there', () => {
    expect(refused('', { BATON_PORT: 'tcp://10.0.0.1:7070' })).toMatch(
      /^BATON_PORT is a whole number/,
    );
    expect(refused('', { BATON_EMPTY: 'maybe' })).toBe('BATON_EMPTY is 1 or 0, not "maybe"');
    expect(refused('', { BATON_LOG_LEVEL: 'loud' })).toMatch(/^BATON_LOG_LEVEL is one of/);
    expect(refused('', { BATON_HOST: 'a\nb' })).toBe('BATON_HOST is empty or not text');
  });

  test('[A43] the other commands get what they need', () => {
    expect(parse('stats --data /d')).toEqual({ command: 'stats', dataDirectory: '/d' });
    expect(parse('backup /b --data /d')).toEqual({
      command: 'backup',
      dataDirectory: '/d',
      to: '/b',
    });
    expect(parse('restore /b')).toEqual({
      command: 'restore',
      dataDirectory: './data',
      from: '/b',
    });
    expect(parse('export --after 7')).toEqual({
      command: 'export',
      dataDirectory: './data',
      after: 7,
    });
    expect(parse('keys list --data /d')).toEqual({
      command: 'keys list',
      keysFile: '/d/keys.json',
    });
    expect(parse('keys revoke abc --keys /k')).toEqual({
      command: 'keys revoke',
      keysFile: '/k',
      id: 'abc',
    });
    expect(parse('keys add --name ops --role operator')).toEqual({
      command: 'keys add',
      keysFile: './data/keys.json',
      name: 'ops',
      role: 'operator',
      channels: '*',
      locations: '*',
    });
    expect(parse('keys add --name gate --role terminal --locations NYC,LA')).toMatchObject({
      role: 'terminal',
      channels: [],
      locations: ['NYC', 'LA'],
    });
    expect(parse('replay file.csv --rate max --help')).toEqual({
      command: 'replay',
      args: ['file.csv', '--rate', 'max', '--help'],
    });
    expect(parse('--version')).toEqual({ command: 'version' });
  });

  test('[A44] --help lists every option, in a hundred columns', async () => {
    const text = helpText();
    expect(parse('verify --help')).toEqual({ command: 'help', text });
    for (const name of optionNames) expect(text).toContain(`--${name}`);
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    await expect(text).toMatchFileSnapshot('fixtures/help.txt');
  });
});
