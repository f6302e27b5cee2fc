import type { ContentBlock, McpServer } from '@modelcontextprotocol/server';
import { pixel, say, textBlock, WAV } from './content.ts';

function resource(uri: string, mimeType: string, text: string): ContentBlock {
  return { type: 'resource', resource: { uri, mimeType, text } };
}

/** Tools that return each kind of content. */
export function registerContentTools(server: McpServer): void {
  const returning = (name: string, description: string, content: ContentBlock[]) =>
    server.registerTool(name, { description }, () => ({ content }));

  returning('test_simple_text', 'Returns text.', [textBlock('This is a simple text response for testing.')]);
  returning('test_image_content', 'Returns an image.', [pixel]);
  returning('test_audio_content', 'Returns a sound.', [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }]);
  returning('test_embedded_resource', 'Returns a resource.', [
    resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  ]);
  returning('test_multiple_content_types', 'Returns text, an image and a resource.', [
    textBlock('Multiple content types test:'),
    pixel,
    resource('test://mixed-content-resource', 'application/json', JSON.stringify({ test: 'data', value: 123 })),
  ]);
  server.registerTool('test_error_handling', { description: 'Always fails.' }, () => ({
    ...say('This tool intentionally returns an error for testing'),
    isError: true,
  }));
}
