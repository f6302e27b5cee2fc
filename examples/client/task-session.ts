import type { Client } from '@modelcontextprotocol/client';
import {
  createTaskSessionFromClient,
  type RawClientDispatch,
  type TaskEnabledSession,
} from '@modelcontextprotocol/ext-tasks/client';

const VERSION = '2026-07-28';
const clientInfo = { name: 'example-client', version: '1.0.0' };

/** Runs tools as tasks, in the dialect of the client's protocol. */
export function openTaskSession(client: Client, url: URL): TaskEnabledSession {
  if (client.getProtocolEra() !== 'modern') return createTaskSessionFromClient(client, { endpointId: url.href });
  return createTaskSessionFromClient(client, {
    endpointId: url.href,
    rawDispatch: dispatchTo(url),
    v2RequestFraming: { protocolVersion: VERSION, clientInfo, clientCapabilities: {} },
  });
}

/** Sends the requests of the extension, which the client of the SDK does not know. Each is a POST of its own. */
function dispatchTo(url: URL): RawClientDispatch {
  let id = 0;
  return async (request, options) => {
    id += 1;
    const { method, params } = request as { method: string; params: { name?: string; taskId?: string } };
    const name = params.name ?? params.taskId;
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': VERSION,
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': name }),
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const response = await fetch(url, { method: 'POST', headers, body, signal: options?.signal ?? null });
    return outcomeOf(await response.text());
  };
}

/** The last message of an answer, which is JSON or a stream of events. */
function outcomeOf(text: string): Awaited<ReturnType<RawClientDispatch>> {
  const data = text.startsWith('{')
    ? text
    : (text
        .match(/^data: .*$/gm)
        ?.at(-1)
        ?.slice('data: '.length) ?? '{}');
  const { result, error } = JSON.parse(data);
  return error === undefined ? { kind: 'result', result } : { kind: 'error', error };
}
