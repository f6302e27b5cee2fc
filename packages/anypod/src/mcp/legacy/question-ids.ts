import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, RequestId } from '../../core/json-rpc.ts';

/**
 * Every SDK server counts its requests to the client from 0, so two pods would ask the same session under the same ids. This maps
 * a server's own numbers to ids that are unique across pods, and back. Both SDKs read answers and progress tokens as numbers.
 */
export interface QuestionIds {
  /** The request under a shared id; a progress token, which equals the local id, is rewritten too. */
  share(request: JsonRpcRequest): JsonRpcRequest & { readonly id: string };
  /** The shared id of a local one, which is forgotten: a late answer then finds nothing. */
  forget(local: RequestId): string | undefined;
  /** The answer under its local id, which is forgotten; undefined: nobody waits for it. */
  localAnswer(answer: JsonRpcResponse): JsonRpcResponse | undefined;
  /** Progress under its local token (other notifications as they are); undefined: nobody waits for it. */
  localProgress(notification: JsonRpcNotification): JsonRpcNotification | undefined;
}

/** `newId` gives ids that are unique in the session across pods. */
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
