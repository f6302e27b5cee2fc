import { parseArgs } from 'node:util';
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import { login } from './login.ts';
import { MemoryProvider } from './memory-provider.ts';

const MODES: Record<string, VersionNegotiationMode> = { auto: 'auto', legacy: 'legacy', modern: { pin: '2026-07-28' } };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    era: { type: 'string', default: 'auto' },
    user: { type: 'string', default: 'ann@acme' },
    dpop: { type: 'boolean', default: false },
  },
});
const [url] = positionals;
const mode = MODES[values.era];
if (url === undefined || mode === undefined) {
  console.error('Usage: node client.ts <url> [--era legacy|modern|auto] [--user name@tenant] [--dpop]');
  process.exit(2);
}

const authProvider = new MemoryProvider(values.dpop);
const open = () => new StreamableHTTPClientTransport(new URL(url), { authProvider });
const client = new Client({ name: 'example-auth-client', version: '1.0.0' }, { versionNegotiation: { mode } });

/** Does `act`. If the server wants another token, gets one and does it again. */
async function authorized<T>(transport: StreamableHTTPClientTransport, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { authorizationUrl } = authProvider;
    if (!(error instanceof UnauthorizedError) || authorizationUrl === undefined) throw error;
    console.log(`the user grants: ${authorizationUrl.searchParams.get('scope')}`);
    const answer = await login(authorizationUrl, values.user);
    if (!authProvider.began(answer)) throw new Error('The answer belongs to another login.');
    await transport.finishAuth(answer);
    return act();
  }
}

const first = open();
const transport = open();
await authorized(first, () => client.connect(authProvider.tokens() === undefined ? first : transport));
console.log(`connected, protocol ${client.getNegotiatedProtocolVersion()}, token ${authProvider.tokens()?.token_type}`);

const customer = { name: 'lookup_customer', arguments: { email: 'customer@example.com' } };
const { isError } = await client.callTool(customer);
console.log(`lookup_customer: ${isError === true ? 'failed' : 'called'}`);

const period = { startDate: '2025-01-01', endDate: '2025-12-31', format: 'summary' };
const report = await authorized(transport, () => client.callTool({ name: 'generate_report', arguments: period }));
console.log(`generate_report: ${report.isError === true ? 'failed' : 'called'}`);

await transport.terminateSession();
await client.close();
console.log('closed');
