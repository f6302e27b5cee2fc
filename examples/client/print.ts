import type { CallToolResult, Progress } from '@modelcontextprotocol/client';

/** The text that a tool answered with. */
export function firstText(result: CallToolResult): string {
  const text = result.content.find((part) => part.type === 'text')?.text ?? '(no text)';
  return result.isError ? `error: ${text}` : text;
}

export function printProgress({ progress, total, message }: Progress): void {
  console.log(`progress: ${message ?? `${progress} of ${total ?? '?'}`}`);
}
