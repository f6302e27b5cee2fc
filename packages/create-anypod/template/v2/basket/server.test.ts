import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from './connect.ts';

test('a basket keeps what is put into it', async (t) => {
  const client = await connect(t);
  const call = async (name: string, args: Record<string, string> = {}) => {
    const { content } = await client.callTool({ name, arguments: args });
    return (content as { text: string }[])[0]?.text ?? '';
  };
  const basket = await call('create_basket');
  assert.equal(await call('add_item', { basket, item: 'apples' }), 'The basket has 1 items.');
  assert.equal(await call('add_item', { basket, item: 'pears' }), 'The basket has 2 items.');
  assert.equal(await call('show_basket', { basket }), 'apples, pears');
  assert.match(await call('show_basket', { basket: 'another' }), /There is no basket another/);
});
