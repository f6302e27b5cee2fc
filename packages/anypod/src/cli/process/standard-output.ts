/** Sends everything that is printed to stderr instead of stdout. Returns the only way to write to stdout; `done` is called when it is written. */
export function holdStandardOutput({
  stdout,
  stderr,
}: Pick<NodeJS.Process, 'stdout' | 'stderr'>): (text: string, done?: () => void) => void {
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr) as typeof stdout.write;
  // The reader of stdout is the client. Without it there is nobody to serve.
  stdout.on('error', () => process.exit(0));
  return (text, done) => void write(text, done);
}
