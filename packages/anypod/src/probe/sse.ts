/** One server-sent event as a client reads it. */
export interface StreamEvent {
  readonly id?: string;
  /** How long to wait before resuming the stream (ms). */
  readonly retry?: number;
  /** Empty in a priming event. */
  readonly data: string;
}

/** The events of a body (WHATWG HTML §9.2.6) until it ends; comments are left out. `requireBounded` is told how long an event is that has not ended. */
export async function* readEvents(
  chunks: AsyncIterable<string>,
  requireBounded: (length: number) => void = () => undefined,
): AsyncGenerator<StreamEvent, void> {
  let pending = '';
  for await (const chunk of chunks) {
    pending += chunk.replaceAll('\r', '');
    const blocks = pending.split('\n\n');
    pending = blocks.pop() ?? '';
    requireBounded(pending.length);
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== undefined) yield event;
    }
  }
}

function parseBlock(block: string): StreamEvent | undefined {
  const fields = block.split('\n').map((line) => /^(id|retry|data): ?(.*)$/.exec(line));
  const valuesOf = (name: string) => fields.flatMap((field) => (field?.[1] === name ? [field[2] ?? ''] : []));
  const id = valuesOf('id').at(-1);
  const retry = valuesOf('retry').at(-1);
  const data = valuesOf('data');
  if (id === undefined && retry === undefined && data.length === 0) return undefined;
  return {
    ...(id === undefined ? {} : { id }),
    ...(retry === undefined ? {} : { retry: Number(retry) }),
    data: data.join('\n'),
  };
}
