/** The floor: `node:http`, one JSON parse, one reply of the size that the others send. */
import { findOrders } from './find-orders.ts';
import { listen, readJson } from './listen.ts';
import { measureText } from './measure-text.ts';

interface Call {
  readonly id: number;
  readonly params: { readonly name: string; readonly arguments: Arguments };
}

interface Arguments {
  readonly text: string;
  readonly unit?: string;
  readonly customer: string;
  readonly count: number;
}

function resultOf({ name, arguments: { text, unit, customer, count } }: Call['params']) {
  if (name === 'measure') return structured(() => measureText(text, unit));
  if (name === 'find_orders') return structured(() => findOrders(customer, count));
  return { content: [{ type: 'text', text }] };
}

function structured(make: () => object) {
  try {
    const structuredContent = make();
    return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
  } catch (error) {
    return { content: [{ type: 'text', text: String(error) }], isError: true };
  }
}

listen(async (request, response) => {
  const { id, params } = (await readJson(request)) as Call;
  const body = JSON.stringify({ jsonrpc: '2.0', id, result: resultOf(params) });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
});
