import { McpServer } from '@modelcontextprotocol/server';

const listChanged = { listChanged: true };
const lists = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'] as const;

/** A server that announces with each list that the lists have changed. Its only tool announces a change of the list that it is told to. */
export default function createServer(): McpServer {
  const mcp = new McpServer(
    { name: 'announcing', version: '1.0.0' },
    { capabilities: { tools: listChanged, prompts: listChanged, resources: listChanged } },
  );
  const { server } = mcp;
  const announce: Record<string, () => Promise<void>> = {
    tools: () => server.sendToolListChanged(),
    prompts: () => server.sendPromptListChanged(),
    resources: () => server.sendResourceListChanged(),
  };
  for (const method of lists) {
    server.setRequestHandler(method, async () => {
      await announce[method.split('/')[0] ?? '']?.();
      return { tools: [], prompts: [], resources: [], resourceTemplates: [], ttlMs: 0, cacheScope: 'private' };
    });
  }
  server.setRequestHandler('tools/call', async ({ params }) => {
    const { times = 1 } = (params.arguments ?? {}) as { times?: number };
    for (let time = 0; time < times; time += 1) await announce[params.name]?.();
    return { content: [{ type: 'text', text: 'announced' }] };
  });
  return mcp;
}
