import type { WebReply } from '../../core/reply.ts';
import { TASKS_EXTENSION } from './extension.ts';

/** A reply that adds the extension to the capabilities in the answer to `server/discover`. */
export function withExtension(reply: WebReply): WebReply {
  return {
    watch: reply.watch,
    form: reply.form,
    json: (status, body, headers) => reply.json(status, extended(body), headers),
    empty: (status) => reply.empty(status),
    response: (response) => reply.response(response),
    stream: (kind) => reply.stream(kind),
  };
}

interface Discovered {
  readonly result?: { readonly capabilities?: { readonly extensions?: object; readonly tasks?: unknown } };
}

function extended(body: string): string {
  const answer = JSON.parse(body) as Discovered;
  const { result } = answer;
  if (result?.capabilities === undefined) return body;
  // The capability of 2025-11-25 must not be there (SEP-2663).
  const { tasks: _, ...capabilities } = result.capabilities;
  const extensions = { ...capabilities.extensions, [TASKS_EXTENSION]: {} };
  return JSON.stringify({ ...answer, result: { ...result, capabilities: { ...capabilities, extensions } } });
}
