import { mcp } from '../mcp-function.ts';

export const { work: GET } = mcp;
