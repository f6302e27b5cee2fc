import { mcp } from '../mcp-function.ts';

export const { fetch: GET, fetch: POST, fetch: DELETE } = mcp;
