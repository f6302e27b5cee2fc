/**
 * What a verified token costs on the next call: the CPU time of a request that is refused right after the gate, with and without authorization, in turn in one
 * process. The promise is 15 µs at most.
 */
import { cpuUsage } from 'node:process';
import { McpServer } from '@modelcontextprotocol/server';
import { type Anypod, createAnypod } from 'anypod';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { median } from './median.ts';

const RESOURCE = 'http://localhost/mcp';
const ISSUER = 'https://issuer.test';
const ROUNDS = 15;
const REQUESTS = 20_000;
const MOST_US = 15;

const { publicKey, privateKey } = await generateKeyPair('ES256');
const keys = [{ ...(await exportJWK(publicKey)), kid: 'key', alg: 'ES256' }];

/** A token as providers make them: about 800 characters. */
const token = await new SignJWT({ scope: 'mcp read write', client_id: 'app', name: 'x'.repeat(300) })
  .setProtectedHeader({ alg: 'ES256', kid: 'key' })
  .setIssuer(ISSUER)
  .setSubject('ann')
  .setAudience(RESOURCE)
  .setExpirationTime('1h')
  .sign(privateKey);

const createServer = () => new McpServer({ name: 'bench', version: '1' });
const issuers = [{ issuer: ISSUER, jwks: { keys: keys as never } }];
const open = await createAnypod({ createServer });
const closed = await createAnypod({
  createServer,
  auth: { issuers, publicUrls: [RESOURCE], scopes: { required: ['mcp'] } },
});

/** Without a session id it is refused right after the gate. */
const request = new Request(RESOURCE, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });

/** µs of CPU for one request. */
async function cost(pod: Anypod): Promise<number> {
  const before = cpuUsage();
  for (let each = 0; each < REQUESTS; each += 1) {
    const { status } = await pod.fetch(request);
    if (status !== 400) throw new Error(`expected 400, got ${status}`);
  }
  const { user, system } = cpuUsage(before);
  return (user + system) / REQUESTS;
}

const differences: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const without = await cost(open);
  const difference = (await cost(closed)) - without;
  // The first rounds compile the code.
  if (round >= 3) differences.push(difference);
}
await Promise.all([open.close(), closed.close()]);
const figure = median(differences);
console.log(
  `A verified token costs ${figure.toFixed(1)} µs of CPU on the next call (median of ${differences.length} rounds, at most ${MOST_US}).`,
);
if (figure > MOST_US) process.exitCode = 1;
