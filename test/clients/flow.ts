/** What a client showed, step by step; undefined: it has no such thing. */
export interface Outcome {
  readonly revision: string;
  readonly list: boolean;
  readonly call: boolean;
  readonly progress: boolean | undefined;
  readonly elicitation: boolean | undefined;
  readonly close: boolean;
}

/** The part of a client that all have. */
export interface Client {
  readonly revision: string;
  /** The fixture's tool that asks the user, for clients that can be asked. */
  readonly asks: string | undefined;
  readonly hasProgress: boolean;
  tools(): Promise<string[]>;
  call(name: string, args: object, onprogress?: (progress: { progress: number }) => void): Promise<string>;
  close(): Promise<void>;
}

const STEPS = 5;

/** List, call, progress, elicitation, close: each as a user of the client does it. */
export async function runFlow(client: Client): Promise<Outcome> {
  const list = (await client.tools()).includes('echo');
  const call = (await client.call('echo', { text: 'hello' })) === 'hello';
  const seen: number[] = [];
  const result = await client.call('slow', { steps: STEPS, ms: 50 }, ({ progress }) => seen.push(progress));
  if (result !== `${STEPS} steps`) throw new Error(`slow answered ${result}`);
  const progress = client.hasProgress ? seen.join() === '1,2,3,4,5' : undefined;
  const elicitation = client.asks === undefined ? undefined : (await client.call(client.asks, {})).includes('Ada');
  await client.close();
  return { revision: client.revision, list, call, progress, elicitation, close: true };
}
