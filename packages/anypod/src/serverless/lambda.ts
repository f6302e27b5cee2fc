/**
 * anypod on AWS Lambda: behind a function URL with response streaming, or buffered behind API Gateway.
 * @module anypod/lambda
 */
import { RPC, rpcError } from '../core/json/rpc-error.ts';
import { createInvocations, type ServerlessOptions } from './invocations.ts';
import { type HttpEvent, isFunctionUrl, requestOf } from './lambda-event.ts';

export type { ServerlessOptions } from './invocations.ts';
export type { HttpEvent } from './lambda-event.ts';

/** The part of Lambda's context that anypod uses. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** What a buffered function returns to API Gateway or a function URL. */
export interface LambdaResult {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Handlers for functions of one module. */
export interface Lambda {
  /** For a function URL with `InvokeMode: RESPONSE_STREAM`, or a REST API with `ResponseTransferMode: STREAM`. Only in Lambda's own runtime. */
  readonly streamed: unknown;
  /** For API Gateway, whose answers come when they are complete. What that cannot do is refused. */
  buffered(event: HttpEvent, context: LambdaContext): Promise<LambdaResult>;
  /** Runs queued tasks while there are any. Let a schedule call it. */
  worker(event: unknown, context: LambdaContext): Promise<void>;
}

interface ResponseStream {
  write(chunk: Uint8Array): boolean;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  end(): void;
  readonly destroyed: boolean;
}

interface LambdaGlobal {
  streamifyResponse(handler: (event: HttpEvent, out: ResponseStream, context: LambdaContext) => Promise<void>): unknown;
  readonly HttpResponseStream: {
    from(stream: ResponseStream, head: { statusCode: number; headers: Record<string, string> }): ResponseStream;
  };
}

/** API Gateway waits 29 s by default, whatever the function's own limit is. */
const API_GATEWAY_LIMIT_MS = 29_000;

/** Lambda refuses a larger answer of a buffered function, with an error that says nothing to a client. */
const MOST_BYTES = 6 * 1024 * 1024 - 64 * 1024;

export function createLambda(options: ServerlessOptions): Lambda {
  const invocations = createInvocations(options);
  const { awslambda } = globalThis as { readonly awslambda?: LambdaGlobal };

  async function stream(
    runtime: LambdaGlobal,
    event: HttpEvent,
    out: ResponseStream,
    context: LambdaContext,
  ): Promise<void> {
    const { response, left } = await invocations.serve(requestOf(event), {
      limitMs: context.getRemainingTimeInMillis(),
    });
    const head = { statusCode: response.status, headers: Object.fromEntries(response.headers) };
    const to = runtime.HttpResponseStream.from(out, head);
    // Lambda sends the head with the first bytes.
    if (response.body === null) to.write(new Uint8Array());
    for await (const chunk of response.body ?? []) {
      if (to.destroyed) break;
      if (!to.write(chunk)) await drained(to);
    }
    to.end();
    await left;
  }

  return {
    streamed:
      awslambda === undefined
        ? refuseElsewhere
        : awslambda.streamifyResponse((event, out, context) => stream(awslambda, event, out, context)),
    async buffered(event, context) {
      const remainingMs = context.getRemainingTimeInMillis();
      const limitMs = isFunctionUrl(event) ? remainingMs : Math.min(remainingMs, API_GATEWAY_LIMIT_MS);
      const { response, left } = await invocations.serve(requestOf(event), { limitMs, buffered: true });
      const body = await response.text();
      await left;
      const headers = Object.fromEntries(response.headers);
      return Buffer.byteLength(body) > MOST_BYTES ? tooLarge(event) : { statusCode: response.status, headers, body };
    },
    worker: (_event, context) => invocations.work(context.getRemainingTimeInMillis()),
  };
}

function drained(stream: ResponseStream): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['drain', 'close'] as const) stream.once(event, resolve);
  });
}

function refuseElsewhere(): never {
  throw new Error('Response streaming needs the global awslambda of the Node runtime of Lambda.');
}

async function tooLarge(event: HttpEvent): Promise<LambdaResult> {
  const { id = null } = (await requestOf(event)
    .json()
    .catch(() => ({}))) as { id?: string | number | null };
  const message = `The answer is larger than the ${MOST_BYTES} bytes that this address can send. Return a link, or use an address that streams.`;
  const body = JSON.stringify(rpcError(id, RPC.internal, message, { reason: 'buffered' }));
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
}
