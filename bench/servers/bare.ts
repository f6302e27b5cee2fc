/** The floor: `node:http`, one JSON parse, one reply of the size that the others send. */
import { listen } from './listen.ts';
import { readJson } from './read-json.ts';

interface Call {
  readonly id: number;
  readonly params: { readonly arguments: { readonly text: string } };
}

listen(async (request, response) => {
  const call = (await readJson(request)) as Call;
  const result = { content: [{ type: 'text', text: call.params.arguments.text }] };
  const body = JSON.stringify({ jsonrpc: '2.0', id: call.id, result });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
});
