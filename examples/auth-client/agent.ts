import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { login } from './login.ts';
import { MemoryProvider } from './memory-provider.ts';

/** One agent that works with several servers, each with an authorization server of its own. Nothing that opens one server is ever shown to another. */
const urls = process.argv.slice(2);
if (urls.length === 0) {
  console.error('Usage: node agent.ts <url>…');
  process.exit(2);
}

/** A server as the agent knows it. The provider holds what opens this server: the client's registration, tokens, a login that has begun. */
interface Server {
  readonly url: URL;
  readonly provider: MemoryProvider;
  readonly client: Client;
  readonly tools: readonly string[];
}

async function open(url: URL): Promise<Server> {
  // A new one for each server. One that all share would send the tokens of the first to the second.
  const provider = new MemoryProvider(false);
  const transport = () => new StreamableHTTPClientTransport(url, { authProvider: provider });
  const client = new Client({ name: 'example-agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  const first = transport();
  try {
    await client.connect(first);
  } catch (error) {
    if (!(error instanceof UnauthorizedError) || provider.authorizationUrl === undefined) throw error;
    const answer = await login(provider.authorizationUrl, 'ann@acme');
    if (!provider.began(answer)) throw new Error('The answer belongs to another login.');
    await first.finishAuth(answer);
    await client.connect(transport());
  }
  const { tools } = await client.listTools();
  return { url, provider, client, tools: tools.map(({ name }) => name) };
}

// Together, as a host does at its start. Each login has its own state, so no answer goes to the wrong server.
const servers = await Promise.all(urls.map((url) => open(new URL(url))));

/** Calls a tool at the server that has it. */
async function call(tool: string, args: Record<string, unknown>): Promise<string> {
  const server = servers.find(({ tools }) => tools.includes(tool));
  if (server === undefined) throw new Error(`No server has a tool ${tool}.`);
  const { content } = await server.client.callTool({ name: tool, arguments: args });
  return content.map((part) => (part.type === 'text' ? part.text : part.type)).join(' ');
}

// What a model would decide. The result of one server becomes an argument for the next: that is the agent's choice, and carries no credential.
let text = 'begin';
for (const tool of servers.flatMap(({ tools }) => tools)) {
  text = await call(tool, { text });
  console.log(text);
}
for (const { client } of servers) await client.close();
