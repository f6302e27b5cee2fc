/** The floor: `node:http`, one JSON parse, one reply of the size that the others send. */
import { listen, readJson } from './listen.ts';
import { measureText } from './measure-text.ts';

interface Call {
  readonly id: number;
  readonly params: { readonly name: string; readonly arguments: { readonly text: string; readonly unit?: string } };
}

function resultOf({ name, arguments: { text, unit } }: Call['params']) {
  if (name !== 'measure') return { content: [{ type: 'text', text }] };
  const structuredContent = measureText(text, unit);
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
}

listen(async (request, response) => {
  const { id, params } = (await readJson(request)) as Call;
  const body = JSON.stringify({ jsonrpc: '2.0', id, result: resultOf(params) });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
});
