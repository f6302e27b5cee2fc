/**
 * Run an ordinary MCP server as identical stateless pods. Any pod can answer any request.
 * @module anypod
 */
export { type Anypod, type AnypodOptions, createAnypod } from './anypod.ts';
export type { AuthInfo } from './core/caller.ts';
export { AnypodError, type AnypodErrorCode } from './core/errors.ts';
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
} from './core/meter.ts';
export type { Store, StoreOptions } from './core/store.ts';
export type { FetchHandler } from './http/fetch-handler.ts';
export type { NodeHandler } from './http/node-handler.ts';
export type { Router } from './http/router.ts';
export type { ServerSdk } from './mcp/sdk.ts';
export type { FactoryContext, Reuse, ServerFactory, UserServer } from './mcp/user-server.ts';
export type { Notify } from './notify.ts';
export type { PodOptions } from './pod/options.ts';
