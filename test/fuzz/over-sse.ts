import fc from 'fast-check';
import { readStream } from '../cluster/stream-reader.ts';
import { post } from '../cluster/wire.ts';
import { CORPUS, SSE_CORPUS } from './corpus.ts';
import { anyMethod, JSON_HEADERS, malformed, posted } from './malformed.ts';
import { MESSAGES } from './messages.ts';
import { LIVE_SESSION, type Malformed } from './request.ts';
import { type StartTarget, startFixture } from './target.ts';

const ADDRESS = `/messages?sessionId=${LIVE_SESSION}`;
const [INITIALIZE, ...IN_SESSION] = MESSAGES;
const EVENTS = [['accept', 'text/event-stream']] as const;

const requests = fc.oneof(
  { weight: 10, arbitrary: posted(ADDRESS, JSON_HEADERS, IN_SESSION) },
  {
    weight: 1,
    arbitrary: anyMethod([ADDRESS, '/messages', `${ADDRESS}&x=1`, '/messages/', '/messages?sessionId=x'], JSON_HEADERS),
  },
  { weight: 1, arbitrary: anyMethod(['/sse', '/sse/', '/sse?x=1'], EVENTS) },
  // The ids of HTTP+SSE at the endpoint of Streamable HTTP.
  { weight: 5, arbitrary: malformed() },
);

const opensStream = ({ method, path }: Malformed) => method === 'GET' && /^\/sse\/?(\?|$)/.test(path);

/** A pod with HTTP+SSE (2024-11-05), whose sessions are of this transport. */
export const startOverSse: StartTarget = async (redisUrl, env) => {
  const pod = await startFixture(redisUrl, { ...env, ANYPOD_LEGACY_SSE: 'true' });
  const abort = new AbortController();

  async function open(): Promise<string> {
    const response = await fetch(new URL('/sse', pod.url), {
      headers: { accept: 'text/event-stream' },
      signal: abort.signal,
    });
    const stream = readStream(response);
    const address = String((await stream.next())?.data);
    await post(new URL(address, pod.url), INITIALIZE);
    // Somebody must read, or the pod cuts the stream.
    void stream.rest().catch(() => undefined);
    return new URL(address, pod.url).searchParams.get('sessionId') ?? '';
  }

  return {
    pod,
    corpus: [...CORPUS, ...SSE_CORPUS],
    requests,
    words: {},
    enders: [[]],
    open,
    beginsUnnamed: (request, { status }) => status === 200 && opensStream(request),
    faultOf: () => undefined,
    async stop() {
      abort.abort();
      await pod.stop();
    },
  };
};
