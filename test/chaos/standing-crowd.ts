import { openSession, type WireSession } from '../cluster/wire.ts';
import { resumingStream, StreamLost } from './resuming-stream.ts';

/** One client that listens on its standing stream, and comes back as the official clients do. */
export interface CrowdMember {
  readonly session: WireSession;
  /** The texts that it was sent, in order. */
  readonly heard: readonly string[];
  /** When its stream was opened, and each time again; ms, as `performance.now()`. */
  readonly attachedAt: readonly number[];
  leave(): Promise<void>;
}

/** Opens a session and its standing stream. */
export async function joinCrowd(url: URL): Promise<CrowdMember> {
  const session = await openSession(url);
  const heard: string[] = [];
  const attachedAt: number[] = [];
  const leaving = new AbortController();
  const open = async (lastEventId?: string) => {
    const response = await session.listen(url, lastEventId, leaving.signal);
    if (response.ok) attachedAt.push(performance.now());
    return response;
  };
  const first = await open();
  if (!first.ok) throw new Error(`the standing stream is refused: ${first.status} ${await first.text()}`);
  const hearing = (async () => {
    for await (const { params } of resumingStream(first, { reopen: open, standing: true, signal: leaving.signal })) {
      heard.push(String(params?.['data']));
    }
  })().catch((error: unknown) => {
    if (error instanceof StreamLost) heard.push(error.message);
    else if (!leaving.signal.aborted) throw error;
  });
  return {
    session,
    heard,
    attachedAt,
    async leave() {
      leaving.abort();
      await hearing;
    },
  };
}
