import { describe, expect, it } from 'vitest';
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

  it('reports all problems at once, each with its name', () => {
    const problems = problemsOf(['--port', 'many', '--redis', 'localhost', '--color'], {
      ANYPOD_SECRET: 'short',
      ANYPOD_LEASE: '1',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      '--color',
      '<module>',
      '--port',
      '--redis',
      'ANYPOD_SECRET',
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

  it('never repeats a secret in a problem', () => {
    expect(problemsOf(['server.ts'], { ANYPOD_SECRET: 'hush' }).join()).not.toContain('hush');
  });
});

describe('hostNamesOf', () => {
  it('returns this machine’s names on a loopback address, none elsewhere, and the configured names', () => {
    expect(hostNamesOf(readConfig(['m'], {}))).toContain('localhost');
    expect(hostNamesOf(readConfig(['m', '--host', '0.0.0.0'], {}))).toBeUndefined();
    expect(hostNamesOf(readConfig(['m', '--allowed-hosts', 'MCP.example.com'], {}))).toEqual(['mcp.example.com']);
  });
});
