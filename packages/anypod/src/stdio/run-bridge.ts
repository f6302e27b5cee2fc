import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Bridge, type BridgeOptions } from './bridge.ts';
import { readMessages } from './lines.ts';

export interface RunBridgeOptions extends BridgeOptions {
  readonly input: Readable;
  /** How long running requests may take after the input has ended, in ms. */
  readonly drainMs: number;
  /** Ends the bridge. */
  readonly signal: AbortSignal;
}

/** Bridges the input to the endpoint until the input ends, which is how a client ends a server of stdio. Then running requests may finish. */
export async function runBridge({ input, drainMs, signal, ...options }: RunBridgeOptions): Promise<void> {
  const bridge = new Bridge(options);
  await bridge.start();
  const sending = new Set<Promise<void>>();
  try {
    for await (const message of readMessages(input, options.write, signal)) {
      const sent = bridge.take(message).finally(() => sending.delete(sent));
      sending.add(sent);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) await Promise.race([finished(sending, bridge), delay(drainMs, undefined, { ref: false })]);
  await bridge.close();
}

async function finished(sending: ReadonlySet<Promise<void>>, bridge: Bridge): Promise<void> {
  await Promise.all(sending);
  await bridge.settled();
}
