import { expect, it } from 'vitest';
import { createIsEndpoint } from './endpoint-path.ts';

it.each<[string, string, boolean]>([
  ['/mcp', '/mcp', true],
  ['/mcp', '/mcp/', true],
  ['/mcp', '/mcp?a=/b/', true],
  ['/mcp', '/mcp/?a=b', true],
  ['/mcp', 'http://example.com/mcp/', true],
  ['/mcp/', '/mcp', true],
  ['/mcp/', '/mcp/', true],
  ['/', '/', true],
  ['/', '/?a', true],
  ['/mcp', '/mcp//', false],
  ['/mcp', '/mcpx', false],
  ['/mcp', '/mcp/x', false],
  ['/mcp', '/', false],
  ['/mcp', '', false],
  ['/mcp', '*', false],
  ['/mcp', '//mcp', false],
  ['/', '/mcp', false],
])('where the endpoint is at %s, %s is it: %s', (path, target, is) => {
  expect(createIsEndpoint(path)(target)).toBe(is);
});
