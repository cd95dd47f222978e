/** One made-up order, as a record. */
export interface DemoOrder {
  readonly key: string;
  readonly value: string;
  readonly headers: ReadonlyMap<string, string>;
}

const customers = [
  'alma',
  'brod',
  'felice',
  'grete',
  'josefine',
  'karl',
  'milena',
  'odradek',
  'ottla',
  'samsa',
];
const goods = ['thread', 'spool', 'star', 'crossbar', 'ladder', 'lumber'];

/** The order of that number: the same number gives the same order, but for its time. */
export function demoOrder(number: number, at: number): DemoOrder {
  const customer = pick(customers, number * 7);
  const items = Array.from({ length: 1 + (number % 3) }, (_, index) => ({
    article: pick(goods, number + index * 5),
    quantity: 1 + ((number + index) % 4),
  }));
  const order = {
    orderId: number,
    customer,
    items,
    totalCents: 499 + ((number * 137) % 9_500),
    placedAt: new Date(at).toISOString(),
  };
  return {
    key: customer,
    value: JSON.stringify(order),
    headers: new Map([
      ['content-type', 'application/json'],
      ['source', 'odradek-demo'],
    ]),
  };
}

function pick(list: readonly string[], index: number): string {
  return list[index % list.length] ?? '';
}
