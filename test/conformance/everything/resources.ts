import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { PNG } from './content.ts';

const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });

export function registerResources(server: McpServer): void {
  const plain = (name: string, uri: string, description: string, text: string) =>
    server.registerResource(name, uri, { description, mimeType: 'text/plain' }, () => ({
      contents: [{ uri, mimeType: 'text/plain', text }],
    }));
  plain('static-text', 'test://static-text', 'A text.', 'This is the content of the static text resource.');
  plain('watched-resource', 'test://watched-resource', 'A text to subscribe to.', 'Nothing has happened yet.');

  const image = { description: 'An image.', mimeType: 'image/png' };
  server.registerResource('static-binary', 'test://static-binary', image, ({ href: uri }) => ({
    contents: [{ uri, mimeType: 'image/png', blob: PNG }],
  }));

  const data = { description: 'The data of an id.', mimeType: 'application/json' };
  server.registerResource('template-data', template, data, ({ href: uri }, { id }) => {
    const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` });
    return { contents: [{ uri, mimeType: 'application/json', text }] };
  });
}
