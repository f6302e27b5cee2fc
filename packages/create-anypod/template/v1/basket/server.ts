import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { FactoryContext, StateEntries, StateHandles } from 'anypod';
import * as z from 'zod';

const TTL_MS = 60 * 60 * 1000;

// Outside of the factory, because anypod calls the factory often.
const basketId = z.string().describe('The id that create_basket returned.');
const adding = { basket: basketId, item: z.string().min(1).max(100).describe('What to put into the basket.') };
const showing = { basket: basketId };

const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });

async function openBasket(state: StateHandles, id: string): Promise<StateEntries> {
  const basket = await state.open(id);
  if (basket === undefined) throw new Error(`There is no basket ${id}. Make one with create_basket.`);
  return basket;
}

/** Keeps baskets under handles, so any pod can fill a basket that another pod has made. */
export default function createServer({ state }: FactoryContext): McpServer {
  const server = new McpServer({ name: '__NAME__', version: '0.1.0' });
  server.registerTool(
    'create_basket',
    { description: 'Makes an empty basket and returns its id. Pass the id to the other tools.' },
    async () => say(await state.create({ items: [] }, { ttlMs: TTL_MS })),
  );
  server.registerTool(
    'add_item',
    { description: 'Puts an item into a basket.', inputSchema: adding },
    async ({ basket, item }) => {
      const entries = await openBasket(state, basket);
      const items = await entries.update<string[]>('items', (all = []) => [...all, item]);
      return say(`The basket has ${items?.length ?? 0} items.`);
    },
  );
  server.registerTool(
    'show_basket',
    { description: 'Lists the items of a basket.', inputSchema: showing },
    async ({ basket }) => say((await (await openBasket(state, basket)).get<string[]>('items'))?.join(', ') ?? ''),
  );
  return server;
}
