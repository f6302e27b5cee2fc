import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../cluster/settle.ts';
import { ANYPOD } from '../lib/anypod.ts';

const BROWSER = fileURLToPath(new URL('browser.ts', import.meta.url));

const CUSTOMER = { name: 'lookup_customer', arguments: { email: 'customer@example.com' } };
const PERIOD = { startDate: '2025-01-01', endDate: '2025-12-31', format: 'summary' };
const REPORT = { name: 'generate_report', arguments: PERIOD };

type Mode = 'legacy' | 'auto';

/** A host that starts the command, and what the command says to the user. */
async function startHost(mode: Mode, args: string[], env: NodeJS.ProcessEnv) {
  const command = { command: process.execPath, args, stderr: 'pipe' as const };
  const transport = new StdioClientTransport({ ...command, env: env as Record<string, string> });
  let said = '';
  transport.stderr?.on('data', (text: Buffer) => {
    said += text;
  });
  const client = new Client({ name: 'host', version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(transport, { timeout: 200_000 });
  return { client, said: () => said };
}

/** `anypod connect` of a protected endpoint, as a host on a desktop starts it. `endpoint` is known once the tests run. */
export function describeConnect(endpoint: () => string): void {
  describe('anypod connect of a protected endpoint', () => {
    let home = '';
    const notes = () => readFileSync(join(home, 'browser.jsonl'), 'utf8').trim().split('\n').filter(Boolean);
    const tokens = () => join(home, 'anypod/tokens');
    const file = () => join(tokens(), readdirSync(tokens())[0] ?? '');

    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), 'anypod-connect-'));
      writeFileSync(join(home, 'browser.jsonl'), '');
      const script = `#!/bin/sh\nexec '${process.execPath}' '${BROWSER}' "$1" '${home}/browser.jsonl' ann@acme\n`;
      writeFileSync(join(home, 'browser'), script, { mode: 0o755 });
    });
    afterAll(() => rm(home, { recursive: true, force: true }));

    const environment = () => ({ ...process.env, XDG_STATE_HOME: home, BROWSER: join(home, 'browser') });

    const host = (mode: Mode, ...flags: string[]) =>
      startHost(mode, [ANYPOD, 'connect', endpoint(), ...flags], environment());

    it('passes the 401 on with --no-login, and opens no browser [host.connect.no-login]', async () => {
      await expect(host('legacy', '--no-login')).rejects.toThrow(/Send an access token/);
      await expect(host('auto', '--no-login')).rejects.toThrow(/Send an access token/);
      expect([notes(), existsSync(tokens())]).toEqual([[], false]);
    });

    it('opens a browser, and keeps the tokens where only the user can read them [host.connect.login]', async () => {
      const { client, said } = await host('legacy');
      expect((await client.callTool(CUSTOMER)).isError).not.toBe(true);
      await eventually(() =>
        expect(notes().map((line) => JSON.parse(line))).toEqual([
          { scope: 'mcp offline_access', last: expect.stringContaining('You can close this page') },
        ]),
      );
      expect(said()).toContain('log in on the page that opens');
      const stored = JSON.parse(readFileSync(file(), 'utf8')) as { tokens: { access_token: string } };
      expect([statSync(file()).mode & 0o777, statSync(tokens()).mode & 0o777]).toEqual([0o600, 0o700]);
      expect(said()).not.toContain(stored.tokens.access_token);
      await client.close();
    });

    it('needs no browser again: it keeps the token, and refreshes one that is refused [host.connect.refresh]', async () => {
      const stored = JSON.parse(readFileSync(file(), 'utf8')) as { tokens: { access_token: string } };
      const ended = { ...stored, tokens: { ...stored.tokens, access_token: 'ended' } };
      writeFileSync(file(), JSON.stringify(ended), { mode: 0o600 });
      const { client } = await host('auto');
      expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
      expect((await client.callTool(CUSTOMER)).isError).not.toBe(true);
      expect(notes()).toHaveLength(1);
      const fresh = JSON.parse(readFileSync(file(), 'utf8')) as typeof stored;
      expect([stored.tokens.access_token, 'ended']).not.toContain(fresh.tokens.access_token);

      // Two calls that lack the same scope share one login.
      const reports = await Promise.all([REPORT, REPORT].map((call) => client.callTool(call, { timeout: 200_000 })));
      expect(reports.map(({ isError }) => isError ?? false)).toEqual([false, false]);
      await eventually(() =>
        expect(notes().map((line) => JSON.parse(line).scope)).toEqual([
          'mcp offline_access',
          expect.stringContaining('reports:read'),
        ]),
      );
      await client.close();
    });

    it('does not read tokens that others can read [host.connect.private]', async () => {
      chmodSync(file(), 0o644);
      await expect(host('auto')).rejects.toThrow(/others can read it/);
      chmodSync(file(), 0o600);
    });
  });
}
