import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from './connect.ts';

test('write_report tells its progress, and answers', async (t) => {
  const client = await connect(t);
  const told: number[] = [];
  const call = { name: 'write_report', arguments: { pages: 3 } };
  const options = { onprogress: ({ progress }: { progress: number }) => void told.push(progress) };
  const { content } = await client.callTool(call, undefined, options);
  assert.deepEqual(content, [{ type: 'text', text: 'The report has 3 pages.' }]);
  assert.deepEqual(told, [1, 2, 3]);
});
