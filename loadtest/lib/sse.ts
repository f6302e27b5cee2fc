/** One event of a stream; `data` is empty for the event that only carries an id. */
export interface ServerEvent {
  readonly id?: string;
  readonly data: string;
}

/** Reads the events of a body that has ended, as k6 has it. */
export function parseEvents(body: string): ServerEvent[] {
  return body
    .split(/\r?\n\r?\n/)
    .filter((block) => block !== '')
    .map(parseEvent)
    .filter((event) => event !== undefined);
}

function parseEvent(block: string): ServerEvent | undefined {
  const fields = block.split(/\r?\n/).filter((line) => !line.startsWith(':'));
  if (fields.length === 0) return undefined;
  const valuesOf = (name: string) =>
    fields.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ''));
  const id = valuesOf('id')[0];
  return { ...(id === undefined ? {} : { id }), data: valuesOf('data').join('\n') };
}
