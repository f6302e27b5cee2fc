/** One server-sent event as a client reads it. */
export interface SseEvent {
  readonly id?: string;
  readonly retry?: number;
  readonly data: string;
}

function parseEvent(block: string): SseEvent | undefined {
  const event: { id?: string; retry?: number; data?: string } = {};
  for (const line of block.split('\n')) {
    if (line.startsWith('id:')) event.id = line.slice(3).trim();
    if (line.startsWith('retry:')) event.retry = Number(line.slice(6));
    if (line.startsWith('data:'))
      event.data = `${event.data === undefined ? '' : `${event.data}\n`}${line.slice(5).trimStart()}`;
  }
  return Object.keys(event).length === 0 ? undefined : { ...event, data: event.data ?? '' };
}

/** The events of a stream until it ends, without comments (heartbeats). Leaving the loop cuts the connection. */
export async function* readEvents(response: Response): AsyncGenerator<SseEvent, void> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of response.body) {
    pending += decoder.decode(chunk, { stream: true }).replaceAll('\r', '');
    const blocks = pending.split('\n\n');
    pending = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event !== undefined) yield event;
    }
  }
}
