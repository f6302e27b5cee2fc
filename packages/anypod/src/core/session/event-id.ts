import type { RequestId } from '../json/json-rpc.ts';
import type { Signer } from '../signer.ts';

/** What an event id names: a place in an exchange's stream, or in the session's standing stream. */
export type EventPlace =
  | { readonly kind: 'exchange'; readonly stream: string; readonly request: RequestId; readonly seq: number }
  | { readonly kind: 'standing'; readonly position: string; readonly changes: string };

/**
 * Makes and reads event ids: `x.<stream>.<request>.<code>.<seq>` and `g.<code>.<position>.<changes>`. The code covers session, stream and
 * request. So it is made once per stream, and an id of one session is worthless in another. The code does not cover the position: a client
 * that has one id of a stream may read that stream from anywhere. The id contains the request's id, so that a resume whose log is gone still
 * gets an error for that request.
 */
export interface EventIds {
  /** The beginning of all ids of an exchange's stream; append the seq. */
  exchangePrefix(session: string, stream: string, request: RequestId): string;
  /** The beginning of all ids of a session's standing stream; append `<position>.<changes>`. */
  standingPrefix(session: string): string;
  /** The place that `id` names in this session. Undefined: we did not make this id, or it belongs to another session. */
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
