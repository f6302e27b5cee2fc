import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../lib/free-port.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { codeOf, connect } from './connect.ts';

const run = promisify(execFile);

let directory: string;
let server: RedisServer;
let url: string;
const file = (name: string) => join(directory, name);

async function makeAuthority(): Promise<void> {
  const subject = ['-subj', '/CN=an authority for one test', '-days', '1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file('ca.key')];
  await run('openssl', ['req', '-x509', ...key, '-out', file('ca.crt'), ...subject]);
}

async function makeCertificate(name: string): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file(`${name}.key`)];
  await run('openssl', ['req', '-new', ...key, '-out', file(`${name}.csr`), '-subj', `/CN=${name}`]);
  await writeFile(file('names'), 'subjectAltName=IP:127.0.0.1');
  const authority = ['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '1'];
  const names = ['-extfile', file('names')];
  await run('openssl', [
    'x509',
    '-req',
    '-in',
    file(`${name}.csr`),
    ...authority,
    ...names,
    '-out',
    file(`${name}.crt`),
  ]);
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'anypod-tls-'));
  await makeAuthority();
  for (const name of ['server', 'client']) await makeCertificate(name);
  const port = await freePort();
  const files = ['--tls-ca-cert-file', file('ca.crt'), '--tls-cert-file', file('server.crt')];
  server = await startRedis({ args: ['--tls-port', `${port}`, ...files, '--tls-key-file', file('server.key')] });
  url = `rediss://127.0.0.1:${port}`;
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

/** What a first command comes to. */
async function answer(settings: Parameters<typeof connect>[0]): Promise<unknown> {
  const pod = await connect(settings);
  const code = await codeOf(pod.store.ping());
  await pod.close();
  return code;
}

it('connects with a certificate that the server’s authority has signed, and knows that authority', async () => {
  const settings = { redisTlsCert: file('client.crt'), redisTlsKey: file('client.key') };
  expect(await answer({ redis: url, redisTlsCa: file('ca.crt'), ...settings })).toBe('resolved');
});

it('is refused without a certificate, and refuses a server whose authority it does not know', async () => {
  const settings = { redisTlsCert: file('client.crt'), redisTlsKey: file('client.key') };
  expect(await answer({ redis: url, redisTlsCa: file('ca.crt') })).toBe('store_unavailable');
  expect(await answer({ redis: url, ...settings })).toBe('store_unavailable');
});
