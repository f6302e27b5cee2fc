import type { CallToolResult } from '@modelcontextprotocol/client';

type Content = CallToolResult['content'][number];

/** What people read of a result: its texts, and a line for each content of another kind. */
export function resultText({ content, structuredContent }: CallToolResult): string {
  if (content.length > 0) return content.map(contentText).join('\n');
  return structuredContent === undefined ? '' : JSON.stringify(structuredContent, undefined, 2);
}

function contentText(content: Content): string {
  switch (content.type) {
    case 'text':
      return content.text;
    case 'image':
    case 'audio':
      return `[${content.type}: ${content.mimeType}, ${Buffer.byteLength(content.data, 'base64')} bytes; --json has them]`;
    case 'resource_link':
      return `[resource: ${content.uri}]`;
    case 'resource':
      return 'text' in content.resource ? content.resource.text : `[resource: ${content.resource.uri}; --json has it]`;
    default:
      return `[${(content as { type: string }).type}; --json has it]`;
  }
}

/** The text without characters that would command a terminal. Line breaks and tabs stay. */
export function forTerminal(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, '');
}
