/** SDK v2's handler for 2026-07-28, as its documentation mounts it on Node. */

import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { listen } from './listen.ts';
import { withTools } from './tools.ts';

const handler = toNodeHandler(createMcpHandler(() => withTools(new McpServer({ name: 'bench', version: '1.0.0' }))));

listen((request, response) => void handler(request as NodeIncomingMessageLike, response));
