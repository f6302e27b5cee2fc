import type { ContentBlock } from '@modelcontextprotocol/server';

/** One red pixel. */
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC';
/** A millisecond of silence. */
export const WAV = 'UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACAgICAgICAgA==';

export const pixel: ContentBlock = { type: 'image', data: PNG, mimeType: 'image/png' };

export function textBlock(text: string): ContentBlock {
  return { type: 'text', text };
}

/** A tool's answer of one text. */
export function say(text: string): { content: ContentBlock[] } {
  return { content: [textBlock(text)] };
}
