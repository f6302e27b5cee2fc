import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, hostNamesOf, readConfig } from './config.ts';
import { SETTINGS } from './settings.ts';

const secret = 'a secret of at least thirty-two bytes';

function problemsOf(argv: string[], env: Record<string, string> = {}): readonly string[] {
  try {
    readConfig(argv, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('needs nothing but a module', () => {
    expect(readConfig(['server.ts'], {})).toMatchObject({
      module: 'server.ts',
      port: 3000,
      host: '127.0.0.1',
      path: '/mcp',
    });
  });

  it('has a value for every setting with a default', () => {
    const config = readConfig(['server.ts'], {}) as unknown as Record<string, unknown>;
    for (const { name, default: preset } of SETTINGS) expect(name in config).toBe(preset !== '');
  });

  it('takes flags before the environment, and empty variables as absent', () => {
    const config = readConfig(['server.ts', '--port', '1'], { PORT: '2', HOST: '' });
    expect(config).toMatchObject({ port: 1, host: '127.0.0.1' });
  });

  it('splits secrets', () => {
    const config = readConfig(['server.ts'], { ANYPOD_SECRET: `${secret}, ${secret}2` });
    expect(config.secrets).toEqual([secret, `${secret}2`]);
  });

  it('has no admin port without a token that is long enough [host.admin.token]', () => {
    const env = { ANYPOD_ADMIN_PORT: '9466' };
    expect(problemsOf(['server.ts'], env)).toEqual([expect.stringMatching(/^ANYPOD_ADMIN_TOKEN: is required with/)]);
    expect(problemsOf(['server.ts'], { ...env, ANYPOD_ADMIN_TOKEN: 'short' })).toEqual([
      expect.stringMatching(/^ANYPOD_ADMIN_TOKEN: must be 32 characters/),
    ]);
    expect(problemsOf(['server.ts'], { ...env, ANYPOD_ADMIN_TOKEN: 'x'.repeat(32) })).toEqual([]);
  });

  it('reports all problems at once, each with its name', () => {
    const problems = problemsOf(['--port', 'many', '--redis', 'localhost', '--color'], {
      ANYPOD_SECRET: 'short',
      ANYPOD_PAYLOAD_KEYS: 'plain,short',
      ANYPOD_LEASE: '1',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      '--color',
      '<module>',
      '--port',
      '--redis',
      'ANYPOD_SECRET',
      'ANYPOD_PAYLOAD_KEYS',
      'ANYPOD_LEASE',
    ]);
  });

  it('asks for a secret with Redis, once', () => {
    expect(problemsOf(['server.ts'], { REDIS_URL: 'redis://localhost' })).toEqual([
      expect.stringMatching(/^ANYPOD_SECRET: is required/),
    ]);
    expect(problemsOf(['server.ts'], { REDIS_URL: 'redis://localhost', ANYPOD_SECRET: 'short' })).toHaveLength(1);
    expect(problemsOf(['server.ts'], { REDIS_URL: 'redis://localhost', ANYPOD_SECRET: secret })).toEqual([]);
  });

  it('refuses limits of one caller above those of a pod', () => {
    const env = { ANYPOD_CALLER_CALLS: '50', ANYPOD_MAX_CALLS: '40', ANYPOD_CALLER_PARKED_CALLS: '2000' };
    expect(problemsOf(['server.ts'], env)).toEqual([
      'ANYPOD_CALLER_CALLS: must be 40 or less, as ANYPOD_MAX_CALLS is',
      'ANYPOD_CALLER_PARKED_CALLS: must be 1000 or less, as ANYPOD_PARKED_CALLS is',
    ]);
    expect(problemsOf(['server.ts'], { ...env, ANYPOD_MAX_CALLS: '0', ANYPOD_PARKED_CALLS: '2000' })).toEqual([]);
  });

  it('refuses limits of a tenant below those of a caller, above those of a pod, and where no token has a tenant [limits.tenant]', () => {
    const env = {
      ANYPOD_RATE: '60',
      ANYPOD_TENANT_RATE: '30',
      ANYPOD_TENANT_BURST: '50',
      ANYPOD_CALLER_SESSIONS: '10',
      ANYPOD_TENANT_SESSIONS: '5',
      ANYPOD_TENANT_CALLS: '20000',
    };
    const against = [
      'ANYPOD_RATE: must be 30 or less, as ANYPOD_TENANT_RATE is',
      'ANYPOD_CALLER_SESSIONS: must be 5 or less, as ANYPOD_TENANT_SESSIONS is',
      'ANYPOD_TENANT_CALLS: must be 10000 or less, as ANYPOD_MAX_CALLS is',
      'ANYPOD_RATE_BURST: must be 50 or less, as ANYPOD_TENANT_BURST is',
    ];
    const nobody = (variable: string) =>
      `${variable}: limits nobody, because no token has a tenant; set tenant or claims.tenant of an issuer in ANYPOD_AUTH`;
    expect(problemsOf(['server.ts'], env)).toEqual([
      ...against,
      ...['ANYPOD_TENANT_RATE', 'ANYPOD_TENANT_CALLS', 'ANYPOD_TENANT_SESSIONS'].map(nobody),
    ]);
    const auth = (issuer: object) => ({
      ANYPOD_PUBLIC_URL: 'https://mcp.test/mcp',
      ANYPOD_AUTH: JSON.stringify({ issuers: [{ issuer: 'https://login.test', ...issuer }] }),
    });
    expect(problemsOf(['server.ts'], { ...env, ...auth({ tenant: 'acme' }) })).toEqual(against);
    const fits = { ANYPOD_RATE: '60', ANYPOD_TENANT_RATE: '60', ANYPOD_CALLER_CALLS: '5', ANYPOD_TENANT_CALLS: '5' };
    expect(problemsOf(['server.ts'], { ...fits, ...auth({ claims: { tenant: 'org' } }) })).toEqual([]);
    expect(problemsOf(['server.ts'], { ...fits, ...auth({}) })).toHaveLength(2);
    expect(problemsOf(['server.ts'], { ANYPOD_TENANT_BURST: '5' })).toEqual([]);
  });

  it('never repeats a secret in a problem', () => {
    expect(problemsOf(['server.ts'], { ANYPOD_SECRET: 'hush' }).join()).not.toContain('hush');
    for (const keys of ['hush', `${secret},${secret}`]) {
      const [problem, ...others] = problemsOf(['server.ts'], { ANYPOD_PAYLOAD_KEYS: keys });
      expect([problem, others]).toEqual([expect.stringMatching(/^ANYPOD_PAYLOAD_KEYS: must /), []]);
      expect(problem).not.toMatch(/hush|thirty/);
    }
  });
});

describe('settings from files and Secrets', () => {
  const directory = mkdtempSync(join(tmpdir(), 'anypod-settings-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };

  it('are read, without the line breaks around them', () => {
    const config = readConfig(['server.ts'], {
      REDIS_URL_FILE: file('url', 'redis://h:6379/2\r\n'),
      REDIS_PASSWORD_FILE: file('password', ' hush \n'),
      REDIS_USERNAME: 'pod\n',
      ANYPOD_SECRET_FILE: file('secret', `${secret}\n`),
    });
    expect(config).toMatchObject({ redis: 'redis://h:6379/2', redisPassword: ' hush ', redisUsername: 'pod' });
    expect(config.secrets).toEqual([secret]);
    expect(readConfig(['server.ts'], { REDIS_URL: ' redis://h\n', ANYPOD_SECRET: secret }).redis).toBe('redis://h');
  });

  it('give a problem where the file is missing or empty, or where the variable is set too', () => {
    const problems = problemsOf(['server.ts'], {
      REDIS_URL_FILE: join(directory, 'none'),
      REDIS_PASSWORD: 'hush',
      REDIS_PASSWORD_FILE: file('other', 'hush'),
      ANYPOD_SECRET_FILE: file('empty', '\n'),
    });
    expect(problems).toEqual([
      'REDIS_URL_FILE: the file cannot be read (ENOENT); mount it, or let this user read it',
      'REDIS_PASSWORD and REDIS_PASSWORD_FILE: set one of them',
      'ANYPOD_SECRET_FILE: the file is empty',
    ]);
  });

  it('say what the eye does not see', () => {
    expect(
      problemsOf(['server.ts'], { ANYPOD_PREFIX: 'one\n', ANYPOD_PATH: '"/mcp"', REDIS_URL: '"redis://h"' }),
    ).toEqual([
      'REDIS_URL: begins with a quote; write the URL alone',
      expect.stringMatching(/^ANYPOD_PREFIX: must be .*; it ends with a line break$/),
      expect.stringMatching(/^ANYPOD_PATH: must begin with .*; it begins with a quote$/),
    ]);
  });
});

describe('hostNamesOf', () => {
  it('returns this machine’s names on a loopback address, none elsewhere, and the configured names', () => {
    expect(hostNamesOf(readConfig(['m'], {}))).toContain('localhost');
    expect(hostNamesOf(readConfig(['m', '--host', '0.0.0.0'], {}))).toBeUndefined();
    expect(hostNamesOf(readConfig(['m', '--allowed-hosts', 'MCP.example.com'], {}))).toEqual(['mcp.example.com']);
  });
});
