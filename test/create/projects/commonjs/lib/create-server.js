const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');
const { z } = require('zod');

function createServer() {
  const server = new McpServer({ name: 'upper', version: '1.0.0' });
  server.registerTool('upper', { inputSchema: { text: z.string() } }, async ({ text }) => ({
    content: [{ type: 'text', text: text.toUpperCase() }],
  }));
  return server;
}

module.exports = { createServer };
