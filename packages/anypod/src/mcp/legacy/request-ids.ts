import type { RequestId } from '../../core/json-rpc.ts';

/** What the ids begin with that are ours. A client's id that begins so is replaced, so the two never meet. */
const OWN_ID = 'anypod:';

/** In the place of the run: the request is over, and its id not yet free. */
const GIVEN_UP = 0;

/**
 * The ids under which a server gets its requests. Both SDKs tell the requests that run apart by id, and handlers read it, so a request keeps
 * the client's own id, unless another one that runs has it: clients may use one id for all. `run` is the pod's name of a request, unique on this server.
 */
export interface RequestIds {
  /** The id under which the server gets the request; without `id` one of ours. */
  begin(run: number, id?: RequestId): RequestId;
  /** The request that runs under this id; undefined: it is over, or never was. */
  runOf(id: RequestId): number | undefined;
  /** The id of a request; undefined: it is over. */
  idOf(run: number): RequestId | undefined;
  /** The request is over; gives its run, undefined where it was over before. */
  end(id: RequestId): number | undefined;
  /**
   * The request is over, and the server is being told. It learns that a little later, and only by the id, so the id is not given to another
   * request in this turn of the event loop.
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
