import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from './connect.ts';

test('greet says hello', async (t) => {
  const client = await connect(t);
  const { tools } = await client.listTools();
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['greet'],
  );
  const { content } = await client.callTool({ name: 'greet', arguments: { name: 'Ada' } });
  assert.deepEqual(content, [{ type: 'text', text: 'Hello, Ada!' }]);
});
