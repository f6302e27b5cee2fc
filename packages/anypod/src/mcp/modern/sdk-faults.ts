import type { RequestWatch } from '../../core/meter.ts';

/** What the SDK's own handlers report of requests that they refuse, or that fail. They write nothing, because each request has a line of its own. */
export interface SdkFaults {
  readonly note: (error: Error) => void;
  /** Tells `watch` why the SDK has answered with a fault of the server, if it has. */
  tell(response: Promise<Response>, watch: RequestWatch): Promise<Response>;
}

/**
 * The SDK does not say which request it reports. But it reports a fault right before it answers, so the last report is the one of the answer that comes. Only
 * if two requests fail in one turn may each get the error of the other.
 */
export function createSdkFaults(): SdkFaults {
  let last: Error | undefined;
  return {
    note(error) {
      last = error;
    },
    async tell(answering, watch) {
      const response = await answering;
      if (response.status >= 500) watch.failed(last ?? new Error('The SDK has answered with a fault.'));
      last = undefined;
      return response;
    },
  };
}
