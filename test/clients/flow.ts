import { setTimeout as delay } from 'node:timers/promises';

/** What a client showed, step by step; undefined: it has no such thing. */
export interface Outcome {
  readonly revision: string;
  readonly list: boolean;
  readonly call: boolean;
  readonly progress: boolean | undefined;
  readonly elicitation: boolean | undefined;
  /** What a call gets whose connection is cut in the middle. */
  readonly cut: Cut | undefined;
  readonly close: boolean;
}

/** `result`: the client resumes, and gets the result. `error`: the call fails, and the client can call again. `hangs`: neither within `HANG_MS`. */
export type Cut = 'result' | 'error' | 'hangs';

/** The part of a client that all have. */
export interface Client {
  readonly revision: string;
  /** The fixture's tool that asks the user, for clients that can be asked. */
  readonly asks: string | undefined;
  readonly hasProgress: boolean;
  /** It makes a new connection for each step, or its transport cannot resume, so none can be cut in the middle. */
  readonly connectsAnew?: true;
  tools(): Promise<string[]>;
  call(name: string, args: object, onprogress?: (progress: { progress: number }) => void): Promise<string>;
  close(): Promise<void>;
}

const STEPS = 5;

/** How long a call may take whose connection was cut. Clients reconnect within 3 s. */
const HANG_MS = 12_000;
const CUT_AFTER_MS = 700;

/** Calls a tool, and cuts the client's connections meanwhile. */
async function callCut(client: Client, cut: () => void): Promise<Cut> {
  const cutting = setTimeout(cut, CUT_AFTER_MS);
  const hangs = new AbortController();
  // A client that wants progress gets a stream at once, and only a stream can be resumed.
  const call = client
    .call('slow', { steps: 8, ms: 250 }, () => undefined)
    .then(
      (text) => (text === '8 steps' ? 'result' : 'error') as Cut,
      () => 'error' as const,
    );
  try {
    return await Promise.race([call, delay(HANG_MS, 'hangs' as const, { signal: hangs.signal })]);
  } finally {
    clearTimeout(cutting);
    hangs.abort();
  }
}

/** List, call, progress, elicitation, a cut connection, close: each as a user of the client does it. */
export async function runFlow(client: Client, cut: () => void): Promise<Outcome> {
  const list = (await client.tools()).includes('echo');
  const call = (await client.call('echo', { text: 'hello' })) === 'hello';
  const seen: number[] = [];
  const result = await client.call('slow', { steps: STEPS, ms: 50 }, ({ progress }) => seen.push(progress));
  if (result !== `${STEPS} steps`) throw new Error(`slow answered ${result}`);
  // A program between client and server may pass the last progress on after the result.
  for (let wait = 0; client.hasProgress && seen.length < STEPS && wait < 20; wait += 1) await delay(50);
  const progress = client.hasProgress ? seen.join() === '1,2,3,4,5' : undefined;
  const elicitation = client.asks === undefined ? undefined : (await client.call(client.asks, {})).includes('Ada');
  const afterCut = client.connectsAnew ? undefined : await callCut(client, cut);
  await client.close();
  return { revision: client.revision, list, call, progress, elicitation, cut: afterCut, close: true };
}
