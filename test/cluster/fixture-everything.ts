// The package has no types, and no entry but its command.
// @ts-expect-error
import { createServer } from '@modelcontextprotocol/server-everything/dist/server/index.js';
import type { ServerFactory } from 'anypod';

/** The reference server with all features of the protocol, of SDK v1. It registers some of its tools at `initialized`. */
const factory: ServerFactory = () => (createServer as () => { server: ReturnType<ServerFactory> })().server;
export default factory;
