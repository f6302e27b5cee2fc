import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { McpServer } from '@modelcontextprotocol/server';
import { createAnypod } from 'anypod';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createProvider } from '../../services/auth-server/src/provider.ts';
import { startChild } from '../lib/child.ts';

const AGENT = fileURLToPath(new URL('../../examples/auth-client/agent.ts', import.meta.url));
const NAMES = ['north', 'south', 'west'] as const;
/** What opens a server, wherever it stands in what a client sends: tokens, codes with their verifiers, and the id of the registration. */
const CREDENTIALS = [
  /authorization: bearer (\S+)/gi,
  /"access_token":"([^"]+)"/g,
  /"refresh_token":"([^"]+)"/g,
  /[?&\n](?:code|code_verifier|refresh_token|client_id)=([^&\s]+)/g,
];

/** Passes bytes on, and keeps what clients have sent. */
interface Wire {
  readonly origin: string;
  sent(): string;
}

/** A protected server with its own authorization server. */
interface Realm {
  readonly url: string;
  readonly issuer: string;
  readonly server: Wire;
  readonly authServer: Wire;
}

const cleanUp: (() => unknown)[] = [];
const realms: Realm[] = [];

async function listening<T extends Server>(server: T): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** `port` is known later than the origin of the wire, because what listens there has to know the origin. */
async function startWire(port: () => number): Promise<Wire> {
  const chunks: Buffer[] = [];
  const tcp = createTcpServer((client) => {
    const upstream = connect(port(), '127.0.0.1');
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    client.pipe(upstream).pipe(client);
    for (const [end, other] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      end.on('error', () => other.destroy());
  });
  const origin = `http://127.0.0.1:${await listening(tcp)}`;
  cleanUp.push(() => tcp.close());
  return { origin, sent: () => Buffer.concat(chunks).toString() };
}

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  cleanUp.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return listening(server);
}

function createTools(name: string): McpServer {
  const server = new McpServer({ name, version: '1.0.0' });
  const inputSchema = z.object({ text: z.string() });
  server.registerTool(`${name}_add`, { inputSchema }, ({ text }) => ({
    content: [{ type: 'text', text: `${text}, ${name}` }],
  }));
  return server;
}

async function startRealm(name: string): Promise<Realm> {
  const ports = { server: 0, authServer: 0 };
  const server = await startWire(() => ports.server);
  const authServer = await startWire(() => ports.authServer);
  const [url, issuer] = [`${server.origin}/mcp`, authServer.origin];
  const provider = await createProvider({ issuer, resources: [url], scopes: ['mcp'], tokenSeconds: 600 });
  const answer = provider.callback();
  ports.authServer = await serve((request, response) => void answer(request, response));
  const auth = { issuers: [issuer], publicUrls: [url], scopes: { required: ['mcp'] } };
  const anypod = await createAnypod({ createServer: () => createTools(name), auth });
  cleanUp.push(() => anypod.close());
  ports.server = await serve(anypod.handler as RequestListener);
  return { url, issuer, server, authServer };
}

/** The credentials in what was sent. */
function credentialsIn(text: string): Set<string> {
  return new Set(CREDENTIALS.flatMap((pattern) => [...text.matchAll(pattern)].map(([, value = '']) => value)));
}

beforeAll(async () => {
  for (const name of NAMES) realms.push(await startRealm(name));
});
afterAll(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

describe('examples/auth-client/agent.ts with three servers of three issuers', () => {
  it('works with all of them', async () => {
    const agent = startChild(process.execPath, [AGENT, ...realms.map(({ url }) => url)]);
    expect(await agent.exited).toMatchObject({ code: 0 });
    const lines = ['begin, north', 'begin, north, south', 'begin, north, south, west'];
    expect(agent.logs().trim().split('\n')).toEqual(lines);
  });

  it('sends each server a token of its own issuer, for itself [auth.token.audience]', () => {
    for (const { url, issuer, server } of realms) {
      const tokens = [...server.sent().matchAll(/authorization: bearer (\S+)/gi)].map(([, token = '']) => token);
      expect(tokens.length).toBeGreaterThan(1);
      for (const token of tokens) expect(decodeJwt(token)).toMatchObject({ iss: issuer, aud: url });
    }
  });

  it('shows no credential of one to the server or the issuer of another [auth.token.secret]', () => {
    const own = realms.map(({ server, authServer }) => credentialsIn(server.sent() + authServer.sent()));
    for (const [index, credentials] of own.entries()) {
      // A token, a code, a verifier and a client id, at least.
      expect(credentials.size).toBeGreaterThanOrEqual(4);
      for (const [other, { server, authServer }] of realms.entries()) {
        if (other === index) continue;
        const sent = server.sent() + authServer.sent();
        expect([...credentials].filter((credential) => sent.includes(credential))).toEqual([]);
      }
    }
  });

  it('could not have used one token for another server [auth.token.refused]', async () => {
    const [north, south] = realms;
    const [token] = [...(north?.server.sent() ?? '').matchAll(/authorization: (bearer \S+)/gi)].map(
      ([, one = '']) => one,
    );
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const headers = { authorization: token ?? '', 'content-type': 'application/json' };
    expect((await fetch(south?.url ?? '', { method: 'POST', headers, body })).status).toBe(401);
  });
});
