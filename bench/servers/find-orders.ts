const ITEMS = ['Überseekoffer', '抹茶茶碗', 'шарф из льна', 'قهوة مطحونة', 'crème brûlée 🍮', 'plain socks'];
const STATES = ['paid', 'sent', 'returned'] as const;

/** An order, as the tool `find_orders` lists it. */
export interface Order {
  readonly id: string;
  readonly item: string;
  readonly state: (typeof STATES)[number];
  readonly price: number;
}

/** What the tool `find_orders` answers. Throws for a customer whose name begins with `unknown`. */
export function findOrders(customer: string, count: number) {
  if (customer.startsWith('unknown')) throw new Error(`There is no customer ${customer}`);
  const orders = Array.from({ length: count }, (_, index): Order => {
    return {
      id: `${customer}/${index + 1}`,
      item: ITEMS[index % ITEMS.length] ?? '',
      state: STATES[index % STATES.length] ?? 'paid',
      price: 99.5 + index,
    };
  });
  return { customer, orders };
}
