import { createServer as createHttpServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { createServer } from './server.mjs';

createHttpServer(toNodeHandler(createMcpHandler(createServer))).listen(3000);
