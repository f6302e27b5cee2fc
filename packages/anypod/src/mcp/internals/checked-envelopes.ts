import type { MessageEntry } from './message-entry.ts';
import { protocolOf } from './protocol.ts';

/** The SDK's rules of a revision. */
interface Codec {
  readonly checkInboundEnvelope?: unknown;
}

const ACCEPTED = { value: () => undefined };

/**
 * The entry for requests whose envelope is known to be right: the SDK would parse it with its schemas again, which is a twentieth of a call. The SDK takes
 * the rules of its revision once for each request, while it receives the request. It then gets the same rules without this check.
 *
 * The names are private to the SDK. If they are missing, this is `entry`, and the SDK checks each envelope.
 */
export function entryOfChecked(server: object, entry: MessageEntry): MessageEntry {
  const protocol = protocolOf(server);
  const chosen = protocol._negotiatedWireCodec;
  if (typeof chosen !== 'function') return entry;
  const choose = chosen as () => unknown;
  let checked = false;
  let rules: Codec | undefined;
  let accepting: Codec | undefined;
  // `this` may be another view of the server, which speaks an older revision.
  function rulesOf(this: unknown): unknown {
    const codec = choose.call(this) as Codec;
    if (!checked || typeof codec.checkInboundEnvelope !== 'function') return codec;
    if (codec !== rules) accepting = Object.create(codec, { checkInboundEnvelope: ACCEPTED }) as Codec;
    rules = codec;
    return accepting;
  }
  protocol._negotiatedWireCodec = rulesOf;
  return {
    ...entry,
    request(request, extra) {
      checked = true;
      try {
        entry.request(request, extra);
      } finally {
        checked = false;
      }
    },
  };
}
