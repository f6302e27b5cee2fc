import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { ContentBlock } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { PNG, WAV } from '../everything/content.ts';

export const pixel = { type: 'image', data: PNG, mimeType: 'image/png' } as const;

export const textBlock = (text: string) => ({ type: 'text', text }) as const;

/** A tool's answer of one text. */
export const say = (text: string) => ({ content: [textBlock(text)] });

const regional = {
  region: z.string().meta({ 'x-mcp-header': 'Region' }).optional(),
  level: z.int().optional(),
};

/** Keywords of JSON Schema 2020-12 that zod has no types for. It writes them as they are. */
const contact = z
  .strictObject({
    name: z.string().optional(),
    address: z.unknown().meta({ $ref: '#/$defs/address' }).optional(),
    contactMethod: z.enum(['phone', 'email']).optional(),
    phone: z.string().optional(),
    email: z.string().optional(),
  })
  .meta({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema.
    then: { required: ['phone'] },
    else: { required: ['email'] },
  });

function resource(uri: string, mimeType: string, text: string): ContentBlock {
  return { type: 'resource', resource: { uri, mimeType, text } };
}

/** Tools that return each kind of content, and resources. */
export function registerContent(server: McpServer): void {
  const returning = (name: string, description: string, content: ContentBlock[]) =>
    server.registerTool(name, { description }, () => ({ content }));

  returning('test_simple_text', 'Returns text.', [textBlock('This is a simple text response for testing.')]);
  returning('test_image_content', 'Returns an image.', [pixel]);
  returning('test_audio_content', 'Returns a sound.', [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }]);
  returning('test_embedded_resource', 'Returns a resource.', [
    resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  ]);
  returning('test_multiple_content_types', 'Returns text, an image and a resource.', [
    textBlock('Multiple content types test:'),
    pixel,
    resource('test://mixed-content-resource', 'application/json', JSON.stringify({ test: 'data', value: 123 })),
  ]);
  server.registerTool('test_error_handling', { description: 'Always fails.' }, () => ({
    ...say('This tool intentionally returns an error for testing'),
    isError: true,
  }));
  const headed = { description: 'Takes an argument in a header too.', inputSchema: regional };
  server.registerTool('test_x_mcp_header', headed, ({ region, level }) => say(`region=${region}, level=${level}`));
  const listed = { description: 'Has a schema with many keywords.', inputSchema: contact };
  server.registerTool('json_schema_2020_12_tool', listed, (args) => say(JSON.stringify(args)));
  registerResources(server);
}

function registerResources(server: McpServer): void {
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

  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  const data = { description: 'The data of an id.', mimeType: 'application/json' };
  server.registerResource('template-data', template, data, ({ href: uri }, { id }) => {
    const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` });
    return { contents: [{ uri, mimeType: 'application/json', text }] };
  });
}
