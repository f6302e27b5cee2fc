import { encodeResponse, type JsonRpcResponse } from '../../core/json/json-rpc.ts';
import type { HostedServer, Outlet, ServerHost } from '../../core/server-host.ts';
import type { Task } from '../../core/task/task.ts';
import type { HoldSession } from '../../core/task/task-peer.ts';
import type { RunTask } from '../engine/engine.ts';
import { failure } from '../engine/outcome.ts';
import type { TaskRun } from '../engine/task-run.ts';
import { callerOf } from '../owner.ts';
import { SessionServer, type SessionTasks } from './session-server.ts';
import { TaskRuns } from './task-runs.ts';

/** The one revision with sessions that has tasks. */
const REVISION = '2025-11-25';

/** What clients are told that they can do. */
const CAPABILITY = { list: {}, cancel: {}, requests: { tools: { call: {} } } };

/** Runs a task on a server. */
type RunOnServer = (task: Task, run: TaskRun) => Promise<void>;

/** The host of sessions, and what runs their tasks. */
export interface SessionTaskHost {
  readonly host: ServerHost;
  readonly run: RunTask;
}

/**
 * Serves the tasks of 2025-11-25 around the servers of sessions, unless a server declares tasks of its own. Its tasks then stay its own, on one pod.
 */
export function withSessionTasks(shared: SessionTasks, inner: ServerHost, hold: HoldSession): SessionTaskHost {
  const runners = new WeakMap<HostedServer, RunOnServer>();

  function isServed(version: unknown, { capabilities }: HostedServer): boolean {
    return version === REVISION && capabilities['tools'] !== undefined && capabilities['tasks'] === undefined;
  }

  /** Lets the answers to `tools/list` say which tools may be tasks, and notices that the tools have changed. */
  function listing(outlet: Outlet, lists: Set<number>): Outlet {
    return {
      ...outlet,
      respond: (run, response) =>
        outlet.respond(run, lists.delete(run) ? shared.rules.withSupport(response) : response),
      notify(notification, related) {
        if (notification.method === 'notifications/tools/list_changed') shared.rules.forget();
        return outlet.notify(notification, related);
      },
    };
  }

  function wrap(
    session: string,
    server: HostedServer,
    outlet: Outlet,
    runs: TaskRuns,
    lists: Set<number>,
  ): HostedServer {
    const { hosted } = new SessionServer(shared, session, server, outlet, runs);
    const wrapped: HostedServer = {
      ...hosted,
      request(run, request, options) {
        if (request.method === 'tools/list') lists.add(run);
        hosted.request(run, request, options);
      },
      abort(run, reason) {
        lists.delete(run);
        hosted.abort(run, reason);
      },
    };
    runners.set(wrapped, (task, run) => runs.run(server, task, run));
    return wrapped;
  }

  const host: ServerHost = {
    bytes: inner.bytes,
    async initialize(session, params, outlet, caller, kept) {
      const lists = new Set<number>();
      const runs = new TaskRuns(shared.context, listing(outlet, lists));
      const { server, response } = await inner.initialize(session, params, runs.outlet, caller, kept);
      if (!isServed(response.result?.['protocolVersion'], server)) return { server, response };
      return { server: wrap(session, server, outlet, runs, lists), response: withCapability(response) };
    },
    async rehydrate(record, outlet, caller, kept) {
      const lists = new Set<number>();
      const runs = new TaskRuns(shared.context, listing(outlet, lists));
      const server = await inner.rehydrate(record, runs.outlet, caller, kept);
      return isServed(record.protocolVersion, server) ? wrap(record.id, server, outlet, runs, lists) : server;
    },
  };

  return {
    host,
    async run(task, run) {
      const caller = callerOf(task.call);
      const held = await hold(task.call.session ?? '', caller);
      if (held === undefined) return run.end(failure('The session that began this task has ended.', 'session_ended'));
      try {
        const runOn = runners.get(await held.server(caller));
        if (runOn === undefined) await run.end(failure('This server does not serve tasks.', 'not_run'));
        else await runOn(task, run);
      } finally {
        held.release();
      }
    },
  };
}

/** The answer to `initialize` with the capability. */
function withCapability(response: JsonRpcResponse): JsonRpcResponse {
  const { id, result } = JSON.parse(encodeResponse(response)) as JsonRpcResponse;
  const capabilities = { ...(result?.['capabilities'] as object | undefined), tasks: CAPABILITY };
  return { jsonrpc: '2.0', id, result: { ...result, capabilities } };
}
