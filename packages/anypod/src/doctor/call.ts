import type { JsonRpcMessage } from '../core/json/json-rpc.ts';
import type { Answer } from '../probe/request.ts';
import { responseIn } from '../probe/response.ts';
import { type Finding, fault, unknown, warning, well } from './finding.ts';
import type { Visit } from './visit.ts';

/** The tool that the user names. */
export interface ToolCall {
  readonly tool: string;
  readonly arguments: object;
}

/** How a call went. Times are in ms since the request. */
export interface Called {
  readonly isStream: boolean;
  readonly status: number;
  /** When each message came, the response included. */
  readonly arrivals: readonly number[];
  readonly totalMs: number;
  readonly ids: readonly string[];
  /** The statuses with which answers to the server's questions were taken. */
  readonly answered: readonly number[];
  /** What the tool's result or error says. Undefined: there was no response. */
  readonly outcome?: 'result' | string;
}

export const NO_TOOL = 'Name a tool that takes seconds and reports progress: --tool <name> --arguments <json>.';
export const CALL_ID = 'doctor-call';

/** Sends a call that asks for progress. */
export function sendCall(visit: Visit, call: ToolCall): Promise<Answer> {
  const params = { name: call.tool, arguments: call.arguments, _meta: { progressToken: CALL_ID } };
  return visit.post('tools/call', params, {}, CALL_ID);
}

/** Calls the tool and notes what comes when. Declines what the server asks, over other connections. */
export async function callTool(visit: Visit, call: ToolCall): Promise<Called> {
  const begun = performance.now();
  const since = () => Math.round(performance.now() - begun);
  const answer = await sendCall(visit, call);
  const { status, isStream } = answer;
  const none = { isStream, status, ids: [], answered: [] };
  if (status !== 200) {
    answer.cut();
    return { ...none, arrivals: [], totalMs: since() };
  }
  if (!isStream) {
    const outcome = outcomeOf(await responseIn(visit.target, answer));
    return { ...none, arrivals: [since()], totalMs: since(), outcome };
  }
  const arrivals: number[] = [];
  const ids: string[] = [];
  const answered: number[] = [];
  let outcome: string | undefined;
  for await (const { id, data } of answer.events()) {
    if (id !== undefined) ids.push(id);
    if (data === '') continue;
    arrivals.push(since());
    const message = JSON.parse(data) as JsonRpcMessage;
    if (!('method' in message)) outcome = outcomeOf(message);
    else if ('id' in message) answered.push(await decline(visit, message));
  }
  return { isStream, status, arrivals, totalMs: since(), ids, answered, ...(outcome === undefined ? {} : { outcome }) };
}

/** Answers a question of the server in a way that ends it. Resolves to the status. */
export async function decline(visit: Visit, { id, method }: { id: unknown; method: string }): Promise<number> {
  const error = { code: -32601, message: 'The doctor answers no such question.' };
  const content = method === 'ping' ? { result: {} } : { result: { action: 'decline' } };
  const isKnown = method === 'ping' || method === 'elicitation/create';
  const { status, cut } = await visit.respond(id, isKnown ? content : { error });
  cut();
  return status;
}

function outcomeOf({ result, error }: { result?: Record<string, unknown>; error?: { message: string } }): string {
  if (error !== undefined) return error.message;
  return result?.['isError'] === true ? JSON.stringify(result['content'] ?? 'no text').slice(0, 200) : 'result';
}

/** Whether the call got a result. */
export function judgeCall(called: Called): Finding {
  const evidence = `${called.isStream ? 'a stream' : 'JSON'} after ${called.totalMs} ms`;
  if (called.outcome === 'result') return well(evidence);
  if (called.outcome !== undefined) return fault(`the call failed: ${called.outcome}`, 'Pass other --arguments.');
  return fault(`status ${called.status}, and no response after ${called.totalMs} ms`, 'Look at the log of the server.');
}

/** How much of a call's time its messages must span, if they are delivered as they are sent. */
const SPREAD = 0.2;
const LONG_MS = 400;

/** Whether messages come as they are sent: a proxy that buffers delivers them together. */
export function judgeArrivals({ isStream, arrivals, totalMs }: Called): Finding {
  const [first = 0, last = 0] = [arrivals[0], arrivals.at(-1)];
  if (!isStream || arrivals.length < 3 || totalMs < LONG_MS) {
    return unknown(`${arrivals.length} message(s) in ${totalMs} ms are too few to tell`, NO_TOOL);
  }
  const evidence = `${arrivals.length} messages came within ${last - first} ms, the first after ${first} ms`;
  if (last - first >= SPREAD * totalMs) return well(evidence);
  return fault(
    evidence,
    'Something holds events back until the call ends. Turn off response buffering and compression for text/event-stream (nginx: proxy_buffering off), and call a replica directly to compare.',
  );
}

/** Whether a question of the server was answered over another connection. */
export function judgeQuestions({ answered, outcome }: Called, { lost }: Visit): Finding {
  if (answered.length === 0) return unknown('the tool asked nothing', 'Name a tool that asks its client.');
  const evidence = `${answered.length} answer(s) on new connections: ${answered.join(', ')}`;
  const isTaken = answered.every((status) => status === 202 || status === 200) && outcome !== undefined;
  const needs = 'An answer must find the replica that asked. Let replicas pass answers on.';
  if (isTaken && lost) return warning(`${evidence}, after repeated tries`, needs);
  return isTaken ? well(evidence) : fault(evidence, needs);
}
