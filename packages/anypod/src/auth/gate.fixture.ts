import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { expect } from 'vitest';
import type { AuthInfo, Caller } from '../core/caller.ts';
import { Denied } from '../core/denied.ts';
import type { Arrival } from '../core/gate.ts';
import { silentLog } from '../core/log.ts';
import { createMemoryStore } from '../memory/index.ts';
import { createSigner, randomId } from '../signing/signer.ts';
import { type AuthGate, createGate } from './gate.ts';
import type { AuthOptions } from './options.ts';

export const RESOURCE = 'https://mcp.example.com/mcp';
export const ISSUER = 'https://issuer.example.com';

export interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function createKey(kid: string, alg = 'ES256'): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** A world with a clock, authorization servers that answer as the test says, and a gate. */
export interface World {
  readonly gate: AuthGate;
  /** What the servers were asked, in order. */
  readonly asked: string[];
  /** Answers by URL. A missing one is a server that cannot be reached. */
  readonly answers: Map<string, () => Response | Promise<Response>>;
  readonly keys: Key[];
  /** Moves the clock, in ms. */
  pass(ms: number): void;
  now(): number;
  token(
    claims?: JWTPayload,
    header?: { readonly alg?: string; readonly kid?: string; readonly typ?: string },
    key?: Key,
  ): Promise<string>;
  /** Sends a request with these headers. */
  admit(headers: Record<string, string | string[]>, method?: string, url?: string): Promise<AuthInfo>;
  /** Sends a request that must be refused. */
  refused(headers: Record<string, string | string[]>, method?: string, url?: string): Promise<Denied>;
}

export function callerOf(headers: Record<string, string | string[]>, url = RESOURCE): Caller {
  const first = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]);
  return { headers: Object.fromEntries(first) as Record<string, string>, url };
}

export async function createWorld(options: Partial<AuthOptions> = {}): Promise<World> {
  let now = 1_700_000_000_000;
  const asked: string[] = [];
  const keys = [await createKey('first')];
  const json = (body: unknown) => () => Response.json(body);
  const answers = new Map<string, () => Response | Promise<Response>>([
    [`${ISSUER}/.well-known/oauth-authorization-server`, json({ issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` })],
    [`${ISSUER}/jwks`, () => Response.json({ keys: keys.map(({ jwk }) => jwk) })],
  ]);
  const gate = createGate(
    { issuers: [ISSUER], publicUrls: [RESOURCE], ...options },
    {
      path: '/mcp',
      signer: createSigner(['a-secret-that-only-tests-may-use-0123456789']),
      spent: createMemoryStore().spent,
      random: randomId,
      log: silentLog,
      now: () => now,
      async fetch(url) {
        asked.push(url);
        const answer = answers.get(url);
        if (answer === undefined) throw new TypeError('fetch failed');
        return answer();
      },
    },
  );

  async function admit(headers: Record<string, string | string[]>, method = 'POST', url = RESOURCE): Promise<AuthInfo> {
    const arrival: Arrival = {
      method,
      caller: callerOf(headers, url),
      valuesOf: (name) => [headers[name] ?? []].flat(),
    };
    return gate.admit(arrival);
  }

  return {
    gate,
    asked,
    answers,
    keys,
    pass: (ms) => {
      now += ms;
    },
    now: () => now,
    token(claims = {}, header = {}, key = keys[0] as Key) {
      const seconds = Math.floor(now / 1000);
      const all = {
        iss: ISSUER,
        sub: 'ann',
        aud: RESOURCE,
        client_id: 'app',
        exp: seconds + 3600,
        jti: randomUUID(),
        ...claims,
      };
      return new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header }).sign(key.privateKey);
    },
    admit,
    async refused(headers, method, url) {
      const outcome = await admit(headers, method, url).catch((error: unknown) => error);
      expect(outcome).toBeInstanceOf(Denied);
      return outcome as Denied;
    },
  };
}

export const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });
