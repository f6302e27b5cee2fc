import type { FetchLike } from '../lib/pod-choosing-fetch.ts';

type Params = Record<string, unknown>;

/** How the client answers the server's questions. */
export interface Answers {
  elicitation?(params: Params): Params | Promise<Params>;
  sampling?(params: Params): Params | Promise<Params>;
  roots?(): Params | Promise<Params>;
}

export interface ConnectOptions {
  readonly fetch: FetchLike;
  readonly name?: string;
  readonly answers?: Answers;
  /**
   * Called with every notification of `method`, even those before `connect` returns. A client with a session counts as connected
   * once its standing stream is open.
   */
  readonly on?: Readonly<Record<string, (params: Params) => void>>;
}

export interface CallOptions {
  readonly onprogress?: (progress: {
    progress: number;
    total?: number | undefined;
    message?: string | undefined;
  }) => void;
  readonly signal?: AbortSignal;
  /** ms; the clients' default is 60 000. */
  readonly timeout?: number;
}

/** The part of an official client that the flows use, the same for v1 and v2. */
export interface OfficialClient {
  readonly sessionId: string | undefined;
  tools(): Promise<string[]>;
  /** The text of the result. */
  call(name: string, args?: Params, options?: CallOptions): Promise<string>;
  read(uri: string): Promise<void>;
  setLogLevel(level: 'debug' | 'error'): Promise<void>;
  subscribe(uri: string): Promise<void>;
  unsubscribe(uri: string): Promise<void>;
  /** DELETE. */
  terminate(): Promise<void>;
  close(): Promise<void>;
}

export type Connect = (options: ConnectOptions) => Promise<OfficialClient>;

/** The URL that clients are given. The `fetch` of each client decides where its requests go. */
export const ENDPOINT = new URL('http://anypod.invalid/mcp');

/** The capabilities that belong to the answers. */
export function capabilitiesOf(answers: Answers = {}): Record<string, object> {
  return {
    ...(answers.elicitation === undefined ? {} : { elicitation: { form: {}, url: {} } }),
    ...(answers.sampling === undefined ? {} : { sampling: {} }),
    ...(answers.roots === undefined ? {} : { roots: {} }),
  };
}

/** The text of a tool's result. */
export function firstText(result: unknown): string {
  const { content } = result as { content: { text?: string }[] };
  return content[0]?.text ?? '';
}
