/**
 * Passes a stream on without binding it to its reader: where the reader goes, `onGone` is told and the rest is read all the same, so that what
 * writes it comes to its end. `onEnd` is told of the end.
 */
export function detachResponse(response: Response, onGone: () => void, onEnd: () => void): Response {
  const reader = response.body?.getReader();
  let gone = false;

  async function readOn(): Promise<void> {
    while (reader !== undefined && !(await reader.read()).done);
  }

  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = await reader?.read().catch((error: unknown) => {
        onEnd();
        throw error;
      });
      if (gone) return;
      if (part?.value !== undefined) return controller.enqueue(part.value);
      onEnd();
      controller.close();
    },
    cancel() {
      gone = true;
      onGone();
      readOn().then(onEnd, onEnd);
    },
  });
  return new Response(body, response);
}
