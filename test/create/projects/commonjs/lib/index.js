const { StdioServerTransport } = require('@modelcontextprotocol/sdk/server/stdio.js');
const { createServer } = require('./create-server.js');

createServer().connect(new StdioServerTransport());
