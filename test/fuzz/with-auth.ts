import fc from 'fast-check';
import { openSession } from '../cluster/wire.ts';
import { createIssuerKey, startTokenIssuer } from '../lib/token-issuer.ts';
import { CORPUS, PINGED } from './corpus.ts';
import { type Credentials, malformed } from './malformed.ts';
import type { Malformed } from './request.ts';
import type { Answer } from './sender.ts';
import { type StartTarget, startFixture } from './target.ts';
import { pretendedTokens } from './tokens.ts';

const RESOURCE = 'https://mcp.test/mcp';
const DAY_SECONDS = 86_400;

const bearer = (token: string): Malformed['headers'] => [['authorization', `Bearer ${token}`]];

/** Mostly the owner of the sessions, else somebody whom their ids must not help. The words stand for tokens that each run makes. */
const credentialsBeside = (pretended: readonly string[]): Credentials =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(bearer('{ann}')) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        [],
        ...['{eve}', '{forged}', '{expired}', '{elsewhere}', '{unscoped}', '{bound}', '{ann}x', 'x{ann}'].map(bearer),
        [...bearer('{ann}'), ...bearer('{eve}')],
        [['authorization', 'DPoP {bound}']],
        [
          ['authorization', 'DPoP {bound}'],
          ['dpop', '{ann}'],
        ],
        [['authorization', '{ann}']],
        [['cookie', 'access_token={ann}']],
      ) as Credentials,
    },
    { weight: 2, arbitrary: fc.constantFrom(...pretended).map(bearer) },
  );

const signedAs =
  (headers: Malformed['headers'], path = '/mcp') =>
  (request: Malformed): Malformed =>
    request.raw === undefined ? { ...request, path, headers: [...request.headers, ...headers] } : request;

/** What everybody may read: a page that says what this is, the probes and the metadata. */
const OPEN = /^\/(?:$|readyz|livez|\.well-known\/)/;

/** A pod that lets in whoever has a token, and sessions that belong to one of them. */
export const startWithAuth: StartTarget = async (redisUrl, env) => {
  const issuer = await startTokenIssuer(RESOURCE);
  const pod = await startFixture(redisUrl, {
    ...env,
    ANYPOD_PUBLIC_URL: RESOURCE,
    ANYPOD_AUTH: JSON.stringify({
      issuers: [issuer.url],
      scopes: { required: ['mcp'], tools: { once: ['other'] }, hide: true },
      dpop: {},
    }),
  });
  const exp = Math.floor(Date.now() / 1000) + DAY_SECONDS;
  const [ann, eve] = await Promise.all([issuer.token({ exp }), issuer.token({ exp, sub: 'eve' })]);
  const pretended = pretendedTokens(issuer.url, RESOURCE);
  const words = {
    '{ann}': ann,
    '{eve}': eve,
    '{forged}': await issuer.token({ exp }, {}, await createIssuerKey('first')),
    '{expired}': await issuer.token({ exp: 1 }),
    '{elsewhere}': await issuer.token({ exp, aud: 'https://other.test' }),
    '{unscoped}': await issuer.token({ exp, scope: 'other' }),
    '{bound}': await issuer.token({ exp, cnf: { jkt: 'x'.repeat(43) } }),
  };

  /** Nobody gets in without a good token, nobody but their owner ends or reads sessions, and no answer repeats a token. */
  function faultOf({ method, path, headers, raw }: Malformed, { status, headers: answered, body }: Answer) {
    const sent = raw ?? headers.map(([name, value]) => `${name}: ${value}`).join('\n');
    const served = status >= 200 && status < 400 && !OPEN.test(path);
    if (served && ![ann, eve].some((token) => sent.includes(`Bearer ${token}`)))
      return `served without a token: ${status}`;
    if (served && method !== 'POST' && !sent.includes(ann)) return `a foreign session was served: ${status}`;
    const answer = `${JSON.stringify(answered)}\n${body}`;
    const repeats = Object.values(words).some((token) => answer.includes(token.slice(token.lastIndexOf('.'))));
    return repeats ? 'the answer repeats a token' : undefined;
  }

  return {
    pod,
    corpus: [
      ...CORPUS.map(signedAs(bearer('{ann}'))),
      ...pretended.map((token) => signedAs(bearer(token))(PINGED)),
      ...CORPUS.slice(0, 20).map(signedAs([], '/mcp?access_token={ann}')),
    ],
    requests: malformed(credentialsBeside(pretended)),
    words,
    enders: [bearer(ann), bearer(eve)],
    open: async () =>
      (await openSession(new URL(pod.url), { name: 'fuzz', headers: { authorization: `Bearer ${ann}` } })).id,
    beginsUnnamed: () => false,
    faultOf,
    async stop() {
      await pod.stop();
      await issuer.stop();
    },
  };
};
