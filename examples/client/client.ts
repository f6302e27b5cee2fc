import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Client, StreamableHTTPClientTransport, type VersionNegotiationMode } from '@modelcontextprotocol/client';
import { answerQuestion } from './answer-question.ts';
import { showGrowthReport } from './growth-report.ts';
import { firstText, printProgress } from './print.ts';

const MODES: Record<string, VersionNegotiationMode> = { auto: 'auto', legacy: 'legacy', modern: { pin: '2026-07-28' } };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    era: { type: 'string', default: 'auto' },
    yes: { type: 'boolean', default: false },
    years: { type: 'string', default: '5' },
    customer: { type: 'string', default: `cus-${String(randomInt(2, 1001)).padStart(4, '0')}` },
  },
});
const [url] = positionals;
const mode = MODES[values.era];
if (url === undefined || mode === undefined) {
  console.error('Usage: node client.ts <url> [--era legacy|modern|auto] [--yes] [--years 0..5] [--customer cus-0042]');
  process.exit(2);
}

const client = new Client(
  { name: 'example-client', version: '1.0.0' },
  { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
);
client.setRequestHandler('elicitation/create', (request) => answerQuestion(request.params.message, values.yes));

const transport = new StreamableHTTPClientTransport(new URL(url));
await client.connect(transport);
console.log(`connected to ${client.getServerVersion()?.name}, protocol ${client.getNegotiatedProtocolVersion()}`);

const { tools } = await client.listTools();
console.log(`tools: ${tools.map((tool) => tool.name).join(', ')}`);

const lookup = { name: 'lookup_customer', arguments: { email: 'customer@example.com' } };
console.log(`customer: ${firstText(await client.callTool(lookup))}`);

const period = { startDate: '2025-01-01', endDate: '2025-12-31', format: 'summary' };
const report = await client.callTool({ name: 'generate_report', arguments: period }, { onprogress: printProgress });
console.log(firstText(report));

const years = Number(values.years);
if (years > 0) await showGrowthReport(client, new URL(url), years);

const { contents } = await client.readResource({ uri: `customer://${values.customer}` });
const { email } = JSON.parse(contents[0] && 'text' in contents[0] ? contents[0].text : '{}');
console.log(`answer: ${firstText(await client.callTool({ name: 'close_account', arguments: { email } }))}`);

await transport.terminateSession();
await client.close();
console.log('closed');
