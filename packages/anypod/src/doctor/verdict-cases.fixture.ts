import type { DoctorOptions } from './diagnose.ts';
import type { Verdict } from './finding.ts';
import { TOKEN } from './stub-login.fixture.ts';
import type { Fault } from './stub-server.fixture.ts';

/** A stub with faults, and the rows whose verdict is then another than at a stub without any. */
export interface Case {
  readonly faults: readonly Fault[];
  /** Whether the doctor may call the tool. */
  readonly calls?: boolean;
  readonly options?: Partial<DoctorOptions>;
  readonly rows: Readonly<Record<string, readonly [verdict: Verdict, evidence: RegExp]>>;
}

/** So long that only an event ends the watching. */
const UNTIL_EVENT = { watchMs: 30_000 };
const HURRIED = { timeoutMs: 3000 };
const WITH_TOKEN = { headers: { authorization: `Bearer ${TOKEN}` } };

const NO_STREAM: Case['rows'] = {
  heartbeats: ['skip', /no stream/],
  'idle-stream': ['skip', /no stream/],
  resume: ['skip', /no stream/],
  'event-id-header': ['skip', /no stream/],
  compression: ['skip', /no stream/],
};

const SESSIONS: readonly Case[] = [
  { faults: ['old revisions'], rows: { revisions: ['warn', /^2025-03-26$/] } },
  {
    faults: ['session id kept back'],
    rows: {
      'session-header': ['fail', /initialize gave no session.* 400/],
      replicas: ['fail', /16 × 400/],
      affinity: ['fail', /no cookie/],
      'stream-opens': ['warn', /GET was answered by 400/],
      ...NO_STREAM,
      'unknown-session': ['skip', /keeps no sessions/],
      'version-header': ['skip', /refusals of replicas/],
      accept: ['fail', /400/],
      'header-size': ['fail', /4096 bytes was answered by 400/],
      delete: ['skip', /keeps no sessions/],
    },
  },
  {
    faults: ['session id not heard'],
    rows: {
      'session-header': ['fail', /8 requests .* 400, just as without/],
      replicas: ['skip', /does not reach/],
      affinity: ['skip', /does not reach/],
      'stream-opens': ['warn', /GET was answered by 400/],
      ...NO_STREAM,
      'unknown-session': ['warn', /answered by 400/],
      accept: ['fail', /400/],
      'header-size': ['fail', /4096 bytes was answered by 400/],
    },
  },
  {
    faults: ['no sessions', 'stream 405'],
    rows: {
      'session-header': ['skip', /keeps no sessions/],
      'stream-opens': ['skip', /405/],
      ...NO_STREAM,
      'unknown-session': ['skip', /keeps no sessions/],
      delete: ['skip', /keeps no sessions/],
    },
  },
  {
    faults: ['replicas share nothing'],
    rows: {
      replicas: ['fail', /8 × 404, 8 × 200|8 × 200, 8 × 404/],
      affinity: ['fail', /no cookie was set/],
      'event-id-header': ['skip', /refusals of replicas/],
      'version-header': ['skip', /refusals of replicas/],
    },
  },
  {
    faults: ['replicas share nothing', 'sets a cookie'],
    rows: {
      replicas: ['fail', /8 × 404/],
      affinity: ['fail', /needed, by pod\. With the cookie: 16 × 200/],
      'event-id-header': ['skip', /refusals of replicas/],
      'version-header': ['skip', /refusals of replicas/],
    },
  },
  { faults: ['replicas fail'], rows: { replicas: ['fail', /5 × 502/] } },
  { faults: ['sets a cookie'], rows: { affinity: ['warn', /sets pod/] } },
  { faults: ['unknown session 400'], rows: { 'unknown-session': ['warn', /answered by 400/] } },
  { faults: ['delete 405'], rows: { delete: ['warn', /405/] } },
  { faults: ['delete 500'], rows: { delete: ['warn', /answered by 500/] } },
  { faults: ['delete forgotten'], rows: { delete: ['fail', /200; afterwards 16 × 200/] } },
];

const STREAMS: readonly Case[] = [
  { faults: ['stream 405'], rows: { 'stream-opens': ['skip', /405/], ...NO_STREAM } },
  { faults: ['stream 500'], rows: { 'stream-opens': ['warn', /answered by 500/], ...NO_STREAM } },
  {
    faults: ['stream without a head'],
    options: HURRIED,
    rows: { 'stream-opens': ['fail', /did not come within \d+ ms/], ...NO_STREAM },
  },
  {
    faults: ['stream ends', 'closes idle connections'],
    options: UNTIL_EVENT,
    rows: {
      'idle-stream': ['warn', /ended after \d+ ms/],
      'keep-alive': ['warn', /closed after \d+ ms/],
    },
  },
  { faults: ['stream silent'], rows: { heartbeats: ['warn', /nothing in \d+ ms/] } },
  {
    faults: ['stream without ids'],
    rows: { resume: ['warn', /without an event id/], 'event-id-header': ['skip', /no event ids/] },
  },
  { faults: ['resume refused'], rows: { resume: ['fail', /answered by 400/] } },
  { faults: ['any event id'], rows: { 'event-id-header': ['warn', /answered by 200/] } },
  { faults: ['stream compressed'], rows: { compression: ['warn', /gzip/] } },
];

const CALLS: readonly Case[] = [
  {
    faults: ['call answers json'],
    rows: { buffering: ['skip', /too few/], 'resume-call': ['skip', /by JSON/] },
  },
  { faults: ['call fails'], rows: { call: ['fail', /the call failed: .*done/] } },
  { faults: ['call fails silently'], rows: { call: ['fail', /the call failed: "no text"/] } },
  {
    faults: ['call 500'],
    rows: {
      call: ['fail', /status 500, and no response/],
      buffering: ['skip', /0 message/],
      'resume-call': ['skip', /no stream/],
    },
  },
  { faults: ['call buffered'], rows: { buffering: ['fail', /5 messages came within/] } },
  { faults: ['call no ids'], rows: { 'resume-call': ['warn', /no event ids/] } },
  { faults: ['call asks'], rows: { questions: ['ok', /1 answer\(s\) on new connections: 202/] } },
  {
    faults: ['call asks', 'answers refused'],
    options: HURRIED,
    rows: {
      call: ['fail', /./],
      buffering: ['fail', /./],
      questions: ['fail', /./],
      'resume-call': ['fail', /./],
    },
  },
  {
    faults: ['call asks', 'replicas share nothing'],
    rows: {
      replicas: ['fail', /8 × 404/],
      affinity: ['fail', /no cookie/],
      questions: ['warn', /202, after repeated tries/],
      'event-id-header': ['skip', /refusals/],
      'version-header': ['skip', /refusals/],
    },
  },
  { faults: ['equal messages'], rows: {} },
  { faults: ['resumed call refused'], rows: { 'resume-call': ['fail', /answered by 400/] } },
  { faults: ['resumed call loses'], rows: { 'resume-call': ['fail', /2 of 5 messages/] } },
  { faults: ['resumed call doubles'], rows: { 'resume-call': ['fail', /1 twice/] } },
  { faults: ['resumed call doubles', 'equal messages'], rows: { 'resume-call': ['fail', /1 twice/] } },
  { faults: ['resumed call renumbers'], rows: { 'resume-call': ['fail', /6 messages.* 5 .*before/] } },
  { faults: ['resumed call ends early'], rows: { 'resume-call': ['fail', /no result/] } },
  { faults: ['fewer messages later'], rows: { 'resume-call': ['fail', /3 of 5 messages/] } },
  {
    faults: ['call never ends'],
    rows: { call: ['fail', /no response/], 'resume-call': ['fail', /no result/] },
  },
];

const REQUESTS: readonly Case[] = [
  { faults: ['any version'], rows: { 'version-header': ['warn', /answered by 200/] } },
  { faults: ['both forms only'], rows: { accept: ['warn', /application\/json: 406/] } },
  { faults: ['forms 500'], rows: { accept: ['fail', /application\/json: 500/] } },
  { faults: ['slash 404'], rows: { slash: ['warn', /\/mcp\/: 404/] } },
  { faults: ['slash redirects'], rows: { slash: ['warn', /\/mcp\/: 308/] } },
  { faults: ['headers of 8 KB'], rows: { 'header-size': ['warn', /8192 bytes was answered by 431/] } },
  { faults: ['headers of 4 KB'], rows: { 'header-size': ['fail', /4096 bytes was answered by 431/] } },
  { faults: ['broken body 500'], rows: { 'broken-body': ['warn', /answered by 500/] } },
  {
    faults: ['resets idle connections', 'stream ends'],
    options: UNTIL_EVENT,
    rows: { 'keep-alive': ['warn', /closed after \d+ ms/], 'idle-stream': ['warn', /ended/] },
  },
  { faults: ['says a short keep-alive'], rows: { 'keep-alive': ['warn', /it says Keep-Alive: timeout=5/] } },
  { faults: ['says a long keep-alive'], rows: { 'keep-alive': ['ok', /it says Keep-Alive: timeout=75/] } },
  { faults: ['any origin'], rows: { origin: ['warn', /answered by 200/] } },
  {
    faults: ['only 2026-07-28'],
    rows: {
      'session-header': ['skip', /no sessions/],
      'stream-opens': ['skip', /no standing stream/],
      heartbeats: ['skip', /no standing stream/],
      'idle-stream': ['skip', /no standing stream/],
      resume: ['skip', /no standing stream/],
      'event-id-header': ['skip', /no standing stream/],
      compression: ['skip', /no standing stream/],
      'unknown-session': ['skip', /no sessions/],
      delete: ['skip', /no sessions/],
    },
  },
];

const wrong = (fault: Fault, verdict: Verdict, evidence: RegExp): Case => ({
  faults: ['protected', fault],
  options: WITH_TOKEN,
  rows: { authorization: [verdict, evidence] },
});

const LOGINS: readonly Case[] = [
  { faults: ['protected'], options: WITH_TOKEN, rows: { authorization: ['ok', /401 leads to http:\/\/127.*\/login/] } },
  { faults: [], options: WITH_TOKEN, rows: { authorization: ['warn', /without authorization was answered by 200/] } },
  wrong('no challenge', 'fail', /401 without WWW-Authenticate/),
  wrong('challenge of another scheme', 'warn', /Basic realm/),
  wrong('challenge without metadata', 'warn', /realm="mcp"/),
  wrong('metadata is no url', 'fail', /no URL: nonsense/),
  wrong('metadata by https', 'fail', /names https:\/\/127.*by http/),
  wrong('metadata elsewhere', 'fail', /127\.0\.0\.1:1\/.*cannot be reached/),
  wrong('metadata 404', 'fail', /answered by 404/),
  wrong('metadata is no json', 'fail', /no JSON/),
  wrong('resource missing', 'fail', /no resource/),
  wrong('resource elsewhere', 'fail', /elsewhere\.invalid/),
  wrong('resource by https', 'fail', /https:\/\/127/),
  wrong('resource of all paths', 'warn', /http:\/\/127[^ ]*\/ /),
  wrong('servers missing', 'fail', /no authorization server/),
  wrong('server is no url', 'fail', /not a url/),
  wrong('server by http', 'fail', /http:\/\/login\.invalid/),
  wrong('server unreachable', 'warn', /cannot be reached/),
  wrong('server without metadata', 'fail', /no metadata/),
  wrong('server with openid metadata', 'ok', /401 leads to/),
  wrong('server is another', 'fail', /issuer.*elsewhere\.invalid/),
  wrong('server without endpoints', 'fail', /authorization_endpoint/),
  wrong('server without pkce', 'fail', /S256/),
  wrong('wrong token taken', 'fail', /wrong token was answered by 200/),
  wrong('wrong token 403', 'fail', /wrong token was answered by 403/),
  wrong('wrong token without error', 'warn', /invalid_token/),
];

/** All cases; in `calls` the doctor may call the tool. */
export const CASES: readonly Case[] = [
  ...SESSIONS,
  ...STREAMS,
  ...CALLS.map((one) => ({ ...one, calls: true })),
  ...REQUESTS,
  ...LOGINS,
];
