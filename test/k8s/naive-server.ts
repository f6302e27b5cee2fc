/** A server that ends as most do: at once, whatever it is doing. */
process.on('SIGTERM', () => process.exit(0));

export { default } from '../chaos/fixture.ts';
