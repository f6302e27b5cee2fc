import type { RequestId } from './json-rpc.ts';
import type { Signer } from './signer.ts';

/** What an event id names: a place in an exchange's stream, or in the session's standing stream. */
export type EventPlace =
  | { readonly kind: 'exchange'; readonly stream: string; readonly request: RequestId; readonly seq: number }
  | { readonly kind: 'standing'; readonly position: string; readonly changes: string };

/**
 * Event ids: `x.<stream>.<request>.<code>.<seq>` and `g.<code>.<position>.<changes>`. The code covers session, stream and
 * request, so it is made once per stream and an id of one session says nothing in another. The position is left open: whoever
 * holds a stream's id may read that stream from anywhere. The request's id travels along so that a resume whose log is gone
 * can still be answered with an error for that very request.
 */
export interface EventIds {
  /** What all ids of an exchange's stream begin with; append the seq. */
  exchangePrefix(session: string, stream: string, request: RequestId): string;
  /** What all ids of a session's standing stream begin with; append `<position>.<changes>`. */
  standingPrefix(session: string): string;
  /** The place that `id` names in this session; undefined: not ours, or another session's. */
  parse(session: string, id: string): EventPlace | undefined;
}

const POSITION = /^\d{1,16}-\d{1,16}$/;
const SEQ = /^\d{1,15}$/;
const MAX_LENGTH = 2048;

function encodeRequest(request: RequestId): string {
  return encodeURIComponent(JSON.stringify(request)).replaceAll('.', '%2E');
}

function decodeRequest(text: string): RequestId | undefined {
  try {
    return JSON.parse(decodeURIComponent(text)) as RequestId;
  } catch {
    return undefined;
  }
}

export function createEventIds(signer: Signer): EventIds {
  const exchangeText = (session: string, stream: string, request: string) => `${session}\n${stream}\n${request}`;

  function parseExchange(session: string, parts: readonly string[]): EventPlace | undefined {
    const [, stream = '', encoded = '', code = '', seq = ''] = parts;
    if (parts.length !== 5 || !SEQ.test(seq)) return undefined;
    if (!signer.verify('event', exchangeText(session, stream, encoded), code)) return undefined;
    const request = decodeRequest(encoded);
    return request === undefined ? undefined : { kind: 'exchange', stream, request, seq: Number(seq) };
  }

  function parseStanding(session: string, parts: readonly string[]): EventPlace | undefined {
    const [, code = '', position = '', changes = ''] = parts;
    if (parts.length !== 4 || !POSITION.test(position) || !POSITION.test(changes)) return undefined;
    return signer.verify('standing', session, code) ? { kind: 'standing', position, changes } : undefined;
  }

  return {
    exchangePrefix(session, stream, request) {
      const encoded = encodeRequest(request);
      return `x.${stream}.${encoded}.${signer.sign('event', exchangeText(session, stream, encoded))}.`;
    },
    standingPrefix: (session) => `g.${signer.sign('standing', session)}.`,
    parse(session, id) {
      if (id.length > MAX_LENGTH) return undefined;
      const parts = id.split('.');
      return parts[0] === 'x'
        ? parseExchange(session, parts)
        : parts[0] === 'g'
          ? parseStanding(session, parts)
          : undefined;
    },
  };
}
