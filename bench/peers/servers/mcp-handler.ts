/** mcp-handler, mounted on Node by the SDK's adapter. It has no sessions: every request gets a server of its own. */
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from 'mcp-handler';
import { listen } from '../../servers/listen.ts';
import { withTools } from '../../servers/tools.ts';

const fetch = createMcpHandler((server) => void withTools(server), { serverInfo: { name: 'bench', version: '1.0.0' } });
const handler = toNodeHandler({ fetch });

listen((request, response) => void handler(request as NodeIncomingMessageLike, response));
