import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, RequestId } from '../../core/json/json-rpc.ts';
import { placed, type Traces } from '../../core/traces.ts';

/**
 * Every SDK server counts its requests to the client from 0, so two pods would ask the same session with the same ids. This maps a server's own
 * numbers to ids that are unique across pods, and back. Both SDKs read the ids of answers and progress tokens as numbers.
 */
export interface QuestionIds {
  /** The request with a shared id. Also replaces the progress token, which equals the local id. */
  share(request: JsonRpcRequest): JsonRpcRequest & { readonly id: string };
  /** Removes a local id and returns its shared one. After that `localAnswer` returns undefined for a late answer. */
  forget(local: RequestId): string | undefined;
  /** The answer with its local id. Removes the id. Undefined: nothing waits for the answer. */
  localAnswer(answer: JsonRpcResponse): JsonRpcResponse | undefined;
  /** A progress notification with its local token. Other notifications stay unchanged. Undefined: nothing waits for the progress. */
  localProgress(notification: JsonRpcNotification): JsonRpcNotification | undefined;
}

/** `newId` returns ids that are unique in the session across pods. */
export function createQuestionIds(newId: () => string): QuestionIds {
  const shared = new Map<RequestId, string>();
  const local = new Map<string, RequestId>();

  function forget(id: RequestId): string | undefined {
    const question = shared.get(id);
    if (question === undefined) return undefined;
    shared.delete(id);
    local.delete(question);
    return question;
  }

  return {
    forget,
    share(request) {
      const id = newId();
      shared.set(request.id, id);
      local.set(id, request.id);
      const meta = request.params?.['_meta'] as Record<string, unknown> | undefined;
      if (meta?.['progressToken'] === undefined) return { ...request, id };
      return { ...request, id, params: { ...request.params, _meta: { ...meta, progressToken: id } } };
    },
    localAnswer(answer) {
      const id = local.get(String(answer.id));
      if (id === undefined) return undefined;
      forget(id);
      return { ...answer, id };
    },
    localProgress(notification) {
      if (notification.method !== 'notifications/progress') return notification;
      const id = local.get(String(notification.params?.['progressToken']));
      if (id === undefined) return undefined;
      return { ...notification, params: { ...notification.params, progressToken: id } };
    },
  };
}

/** Names questions, each differently from those of all pods. The pod that gets the answer finds the trace in the name. */
export function createQuestionNames(podId: string, traces: Traces | undefined): () => string {
  let questions = 0;
  return () => {
    questions += 1;
    return placed(`${podId}-${questions}`, traces?.here());
  };
}
