import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { createProvider } from './provider.ts';

const HOST = '127.0.0.1';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9000' },
    resource: { type: 'string', multiple: true, default: ['http://127.0.0.1:3000/mcp'] },
    scope: { type: 'string', multiple: true, default: ['mcp'] },
    'token-seconds': { type: 'string', default: '3600' },
  },
});

if (process.env['NODE_ENV'] === 'production') {
  console.error('This authorization server lets everybody in. It does not start with NODE_ENV=production.');
  process.exit(2);
}

const issuer = `http://${HOST}:${values.port}`;
const provider = await createProvider({
  issuer,
  resources: values.resource,
  scopes: values.scope,
  tokenSeconds: Number(values['token-seconds']),
});
const serve = provider.callback();
const server = createServer((request, response) => void serve(request, response));
server.listen(Number(values.port), HOST, () => {
  console.log(`Authorization server for development: ${issuer}. It lets everybody in.`);
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
