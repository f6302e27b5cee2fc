import { fromJsonSchema, type McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { say } from './content.ts';

/** Every keyword of JSON Schema 2020-12 that has to reach the client as it is. */
const contact = fromJsonSchema<Record<string, unknown>>({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
});

const regional = z.object({
  region: z.string().meta({ 'x-mcp-header': 'Region' }).optional(),
  level: z.int().optional(),
});

/** Tools whose input schema says more than which types the arguments have. */
export function registerSchemaTools(server: McpServer): void {
  const listed = { description: 'Has a schema with many keywords.', inputSchema: contact };
  server.registerTool('json_schema_2020_12_tool', listed, (args) => say(JSON.stringify(args)));

  const headed = { description: 'Takes an argument in a header too.', inputSchema: regional };
  server.registerTool('test_x_mcp_header', headed, ({ region, level }) => say(`region=${region}, level=${level}`));
}
