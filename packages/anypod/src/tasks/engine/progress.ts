import type { JsonRpcNotification } from '../../core/json/json-rpc.ts';

/** The longest message of a task, in characters. */
const MOST_TEXT = 1000;

/** What a progress notification says. Undefined: the message does not concern a task, which gets no log messages. */
export function progressText({ method, params }: JsonRpcNotification): string | undefined {
  if (method !== 'notifications/progress') return undefined;
  const { message, progress, total } = params ?? {};
  if (message === undefined && progress === undefined) return undefined;
  const count = total === undefined ? `${progress}` : `${progress} of ${total}`;
  return (typeof message === 'string' ? message : count).slice(0, MOST_TEXT);
}
