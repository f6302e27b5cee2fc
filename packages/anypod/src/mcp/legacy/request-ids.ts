import type { RequestId } from '../../core/json/json-rpc.ts';

/** The prefix of our own ids. A client's id with this prefix is replaced, so the two never collide. */
const OWN_ID = 'anypod:';

/** Stands for the run of a request that has ended, but whose id is not free yet. */
const GIVEN_UP = 0;

/**
 * The ids with which a server gets its requests. Both SDKs tell running requests apart by id, and handlers read it. So a request keeps the client's own
 * id, unless a running request already has it, because clients may use one id for all requests. `run` is the pod's number of a request, unique on this
 * server.
 */
export interface RequestIds {
  /** The id with which the server gets the request. Without `id` it is one of our own. */
  begin(run: number, id?: RequestId): RequestId;
  /** The run of the running request with this id. Undefined: the request has ended, or never existed. */
  runOf(id: RequestId): number | undefined;
  /** The id of a request. Undefined: the request has ended. */
  idOf(run: number): RequestId | undefined;
  /** Notes that the request has ended and returns its run. Undefined: it had ended before. */
  end(id: RequestId): number | undefined;
  /**
   * Notes that the request has ended before the server has answered it. The server learns this a little later, and only by the id. So no other request
   * gets the id in this turn of the event loop.
   */
  giveUp(id: RequestId): void;
}

export function createRequestIds(): RequestIds {
  const runs = new Map<RequestId, number>();
  const isOurs = (id: RequestId) => typeof id === 'string' && id.startsWith(OWN_ID);

  return {
    begin(run, id) {
      const free = id !== undefined && !runs.has(id) && !isOurs(id);
      const used = free ? id : OWN_ID + run;
      runs.set(used, run);
      return used;
    },
    runOf: (id) => runs.get(id) || undefined,
    idOf: (wanted) => {
      for (const [id, run] of runs) if (run === wanted) return id;
      return undefined;
    },
    end(id) {
      const run = runs.get(id);
      runs.delete(id);
      return run || undefined;
    },
    giveUp(id) {
      runs.set(id, GIVEN_UP);
      setImmediate(() => runs.delete(id));
    },
  };
}
