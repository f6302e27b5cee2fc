/** What the image serves until you bring your own: the example, with 1,000 customers. */
export { default } from 'example-customer-tools/server.ts';
