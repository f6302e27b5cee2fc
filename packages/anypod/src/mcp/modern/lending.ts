import { LinkedList } from '../../core/linked-list.ts';
import type { Change } from '../../core/store/change-log.ts';
import type { Asking } from '../parked/call-questions.ts';
import type { ParkedCalls } from '../parked/parked-calls.ts';
import { ReplyChannel } from '../parked/reply-channel.ts';
import { closeQuietly } from '../sdk/build-server.ts';
import { createToolLists, type ToolLists } from '../sdk/tool-lists.ts';
import { ModernExchange } from './modern-exchange.ts';
import { type ModernRequest, type ModernServerOptions, progressTokenOf, type Served } from './modern-request.ts';
import { ModernServer } from './modern-server.ts';
import { sealOutbound } from './sealed-state.ts';
import { createFreshSupply, createGuestSupply, createReusingSupply, type ServerSupply } from './server-supply.ts';

/** Lends servers to requests. */
export interface Lending {
  /** Lends a server, with the exchange that answers the request. `served` undefined: a request of our own. `view` is the HTTP request, for the factory. */
  lend(request: ModernRequest, served: Served | undefined, view: Request): ModernServer | Promise<ModernServer>;
  /** Takes a server back when its call has ended, or as soon as it is no longer parked. */
  giveBack(server: ModernServer): void;
  /** Closes the servers of the calls that run or are parked. */
  close(): Promise<void>;
}

export function createLending(options: ModernServerOptions): Lending {
  const { bus, requestState, parked } = options;
  const supply = createSupply(options, createToolLists());
  const lent = new LinkedList<ModernServer>();
  const shared = {
    publish: (change: Change) => bus.publish(change),
    log: options.log,
    traces: options.traces,
    deadlines: options.callDeadlines,
    calls: options.calls,
    limited: options.limited,
  };
  let lastId = 0;

  function lend(
    request: ModernRequest,
    served: Served | undefined,
    view: Request,
  ): ModernServer | Promise<ModernServer> {
    const { body, caller } = request;
    const server = supply.lend({ caller, body, headerSchema: served?.headerSchema }, view);
    return server instanceof ModernServer
      ? hand(server, request, served)
      : server.then((made) => hand(made, request, served));
  }

  /** Gives a server the exchange that answers the request. */
  function hand(server: ModernServer, request: ModernRequest, served: Served | undefined): ModernServer {
    const { body, reply } = request;
    server.place = lent.push(server);
    const { channel = new ReplyChannel(reply), onResponse } = served ?? {};
    const progressToken = progressTokenOf(body);
    const round = { id: body.id, progressToken, channel, departure: request.departure, onResponse };
    server.exchange = new ModernExchange(round, {
      ...shared,
      seal: (response) => sealOutbound(served?.filter?.(response) ?? response, requestState, served),
      asking: served && askingOf(served, request, parked),
      ...(server.shared && { id: ++lastId }),
    });
    return server;
  }

  function giveBack(server: ModernServer): void {
    const { exchange, place } = server;
    const take = () => {
      if (place !== undefined) lent.remove(place);
      server.letGo();
      supply.take(server, exchange?.completed === true);
    };
    if (exchange?.isParked(take) !== true) take();
  }

  return {
    lend,
    giveBack,
    async close() {
      await Promise.all([...lent].map(({ server }) => closeQuietly(server)));
    },
  };
}

function askingOf(
  { binding, rerunnable, answers }: Served,
  { body, caller }: ModernRequest,
  parked: ParkedCalls,
): Asking {
  return { parked, binding, body, rerunnable, answers, quotaKey: caller.quotaKey };
}

function createSupply(options: ModernServerOptions, lists: ToolLists): ServerSupply {
  const { build, reuse, guests } = options;
  if (guests) return createGuestSupply(build, lists, options);
  return reuse === undefined ? createFreshSupply(build, lists) : createReusingSupply(build, reuse, lists);
}
