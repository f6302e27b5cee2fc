/** fastmcp with sessions in this process (event streams, its default, or `MODE=json`), or `MODE=stateless`. */
import { FastMCP } from 'fastmcp';
import { benchTools } from '../../servers/tools.ts';

const mode = process.env['MODE'];
const server = new FastMCP({
  name: 'bench',
  version: '1.0.0',
  health: { path: '/readyz' },
  // A ping to every session each few seconds is work that nobody else does.
  ping: { enabled: false },
  roots: { enabled: false },
});
for (const { name, description, inputSchema, outputSchema, run } of benchTools()) {
  server.addTool({
    name,
    description,
    parameters: inputSchema,
    ...(outputSchema === undefined ? {} : { outputSchema }),
    execute: (input, { reportProgress }) => run(input as never, () => reportProgress({ progress: 1 })),
  });
}
await server.start({
  transportType: 'httpStream',
  httpStream: {
    host: '127.0.0.1',
    port: Number(process.env['PORT']),
    endpoint: '/mcp',
    stateless: mode === 'stateless',
    enableJsonResponse: mode === 'json' || mode === 'stateless',
  },
});
