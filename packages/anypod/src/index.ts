/**
 * Run an ordinary MCP server as identical stateless pods. Any pod can answer any request.
 * @module anypod
 */

export { type Anypod, type AnypodOptions, createAnypod } from './anypod.ts';
export type {
  AuthOptions,
  ClaimOptions,
  DpopOptions,
  IntrospectionOptions,
  IssuerOptions,
  ScopeOptions,
  ScopePatterns,
} from './auth/options.ts';
export type { CallContext } from './core/call-context.ts';
export type { AuthInfo } from './core/caller.ts';
export { AnypodError, type AnypodErrorCode } from './core/errors.ts';
export type { Fault } from './core/fault.ts';
export type { JsonValue } from './core/json/json-value.ts';
export type { Log } from './core/log.ts';
export type {
  Meter,
  OrphanOutcome,
  PodPhase,
  RequestEra,
  RequestOutcome,
  ResumeOutcome,
  SessionEnd,
  StreamKind,
  Unfollowed,
} from './core/meter.ts';
export type { Sealer } from './core/sealer.ts';
export type { SessionState, StateEntries, StateHandles } from './core/state/state.ts';
export type { Store, StoreOptions } from './core/store/store.ts';
export type { StartTaskOptions, TaskDetails, TaskHandles, TaskState, TaskStatus } from './core/task/task-handles.ts';
export type { TaskSettings } from './core/task/task-rule.ts';
export type { FetchHandler } from './http/fetch-handler.ts';
export type { NodeHandler } from './http/node-handler.ts';
export type { Router } from './http/router.ts';
export { createRunningCalls, type RunningCalls } from './mcp/sdk/running-calls.ts';
export type { ServerSdk } from './mcp/sdk/sdk.ts';
export type { ModuleContext as FactoryContext, Reuse, ServerFactory, UserServer } from './mcp/sdk/user-server.ts';
export type { Notify, NotifyAudience } from './notify.ts';
export type { PodOptions } from './pod/context/options.ts';
export { createSealer } from './signing/sealer.ts';
