import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { startChild } from '../lib/child.ts';
import { type Diagnosis, readVerdicts, tableOf, verdictsIn, writeTables } from './doctor-tables.ts';
import { startTargets, TARGETS, type TargetName, type Targets } from './doctor-targets.ts';

const SLOW = ['--tool', 'slow', '--arguments', '{"steps":5,"ms":300}'];
const QUICK = ['--watch', '600'];

const TITLES: Readonly<Record<TargetName, string>> = {
  anypod: 'anypod, two pods',
  'anypod, buffered': 'anypod, buffered',
  'sdk-sessions': "The SDK's session server, two processes",
  'sdk-sessions, buffered': "The SDK's session server, buffered",
  'sdk-stateless': 'The SDK without sessions, two processes',
  'sdk-stateless, buffered': 'The SDK without sessions, buffered',
};

let targets: Targets;
const found = new Map<TargetName, Diagnosis>();

async function doctor(...args: string[]): Promise<{ code: number | null; text: string }> {
  const child = startChild(process.execPath, [ANYPOD, 'doctor', ...args]);
  const { code } = await child.exited;
  return { code, text: child.logs() };
}

async function examine(url: URL, ...flags: string[]): Promise<Diagnosis> {
  return JSON.parse((await doctor(url.href, '--json', ...flags)).text) as Diagnosis;
}

beforeAll(async () => {
  targets = await startTargets();
  const diagnoses = TARGETS.map((name) => examine(targets.urlOf(name), ...SLOW, '--watch', '3000'));
  for (const [index, name] of TARGETS.entries()) found.set(name, await (diagnoses[index] as Promise<Diagnosis>));
});
afterAll(() => targets?.stop());

const verdicts = ({ rows }: Diagnosis, verdict: string) =>
  rows.filter((row) => row.verdict === verdict).map(({ id }) => id);
const rowOf = ({ rows }: Diagnosis, id: string) => rows.find((row) => row.id === id);
const of = (name: TargetName) => found.get(name) as Diagnosis;

describe('anypod doctor', () => {
  test('finds nothing wrong at anypod behind a balancer without affinity', () => {
    expect(verdicts(of('anypod'), 'fail')).toEqual([]);
    expect(verdicts(of('anypod'), 'warn')).toEqual([]);
    expect(rowOf(of('anypod'), 'revisions')?.evidence).toContain('2026-07-28');
    expect(rowOf(of('anypod'), 'resume-call')).toMatchObject({
      verdict: 'ok',
      evidence: expect.stringContaining('5 more'),
    });
  });

  test('finds that a session of the SDK does not survive another replica [host.doctor.replicas]', () => {
    expect(verdicts(of('sdk-sessions'), 'fail')).toEqual(['replicas', 'affinity']);
    expect(rowOf(of('sdk-sessions'), 'replicas')?.evidence).toMatch(/\d+ × 400/);
    expect(verdicts(of('sdk-stateless'), 'fail')).toEqual([]);
  });

  test.each(['anypod', 'sdk-sessions', 'sdk-stateless'] as const)(
    'finds the proxy that holds the events of %s back [host.doctor.buffering]',
    (name) => {
      expect(rowOf(of(name), 'buffering')?.verdict).toBe('ok');
      expect(rowOf(of(`${name}, buffered`), 'buffering')).toMatchObject({
        verdict: 'fail',
        remedy: expect.stringContaining('proxy_buffering off'),
      });
    },
  );

  test('says what docs/doctor.md says of each target', async () => {
    const tables = TARGETS.map((name) => {
      const beside = name.endsWith(', buffered') ? of(name.replace(', buffered', '') as TargetName) : undefined;
      return tableOf(TITLES[name], of(name), beside);
    });
    if (process.env['DOCTOR_DOCS'] === 'write') await writeTables('own', tables);
    expect(tables.flatMap(verdictsIn)).toEqual(await readVerdicts('own'));
  });

  test('answers questions over other connections, and finds streams that are compressed', async () => {
    const [asked, compressed] = await Promise.all([
      examine(targets.urlOf('anypod'), ...QUICK, '--tool', 'ask'),
      examine(targets.urlOf('anypod, compressed'), ...QUICK),
    ]);
    expect(rowOf(asked, 'questions')).toMatchObject({ verdict: 'ok', evidence: expect.stringContaining('202') });
    expect(rowOf(compressed, 'compression')).toMatchObject({
      verdict: 'warn',
      evidence: expect.stringContaining('gzip'),
    });
    expect(rowOf(compressed, 'buffering')?.verdict).toBe('skip');
  });

  test.each([
    ['no session to the server', 'session-header', 'fail', /just as without/],
    ['no session to the client', 'session-header', 'fail', /gave no session/],
    ['no event id', 'event-id-header', 'warn', /answered by 200/],
    ['no version', 'version-header', 'warn', /answered by 200/],
    ['short', 'keep-alive', 'warn', /closed after \d+ ms/],
  ])('finds the proxy with %s [host.doctor.headers]', async (way, id, verdict, evidence) => {
    const found = await examine(targets.urlOf(`anypod, ${way}`), '--watch', '2500');
    expect(rowOf(found, id)).toMatchObject({ verdict, evidence: expect.stringMatching(evidence) });
    expect(verdicts(found, 'fail')).toEqual(verdict === 'fail' ? expect.arrayContaining([id]) : []);
    expect(rowOf(found, 'replicas')?.verdict).not.toBe(way.includes('server') ? 'fail' : undefined);
  });

  test('follows a challenge to its metadata, and never sends the credentials there', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      const origin = `http://${request.headers.host}`;
      const resource = `${origin}/mcp`;
      const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
      const endpoints = { authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token` };
      if (request.method === 'POST') {
        const error = request.headers.authorization === undefined ? '' : 'error="invalid_token", ';
        response.writeHead(401, { 'www-authenticate': `Bearer ${error}resource_metadata="${metadata}"` }).end();
      } else if (request.url?.includes('oauth-protected-resource')) {
        response.end(JSON.stringify({ resource, authorization_servers: [origin] }));
      } else {
        response.end(JSON.stringify({ issuer: origin, ...endpoints, code_challenge_methods_supported: ['S256'] }));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
    const diagnosis = await examine(url, '--header', 'Authorization: Bearer secret');
    server.close();
    expect(diagnosis.rows.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['answers', 'fail'],
      ['authorization', 'ok'],
    ]);
    expect(rowOf(diagnosis, 'authorization')?.evidence).toContain(url.origin);
    expect(seen).toEqual(['Bearer secret', undefined, undefined, expect.not.stringContaining('secret')]);
  });

  test('is a command with exit codes for CI', async () => {
    const [well, sick, nobody, usage] = await Promise.all([
      doctor(targets.urlOf('anypod').href, '--json', '--strict', '--watch', '3000'),
      doctor(targets.urlOf('sdk-sessions').href, ...QUICK),
      doctor('http://127.0.0.1:1/mcp', ...QUICK),
      doctor('not-a-url', '--header', 'x'),
    ]);
    expect([well.code, sick.code, nobody.code, usage.code]).toEqual([0, 1, 3, 2]);
    expect(JSON.parse(well.text)).toMatchObject({ server: 'cluster-fixture-v1 1.0.0' });
    expect(sick.text).toMatch(/FAIL +replicas .*\n +→ .*share sessions/);
    expect(nobody.text).toMatch(/FAIL +answers .*ECONNREFUSED/);
    expect(usage.text).toMatch(/<url>.*\n.*--header/);
  });
});
