import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import * as z from 'zod';

/** A directory that all pods have: of this machine, or a volume that several nodes can write (ReadWriteMany). */
const DIRECTORY = process.env['UPLOADS'] ?? 'uploads';
const MOST_PARTS = 64;
const PART_CHARACTERS = 1024 * 1024;

const upload = z.uuid().describe('What begin_upload returned.');
const name = z.string().regex(/^\w[\w.-]{0,99}$/, 'Use letters, digits, dots, hyphens and underscores.');
const beginning = z.object({ name, mimeType: z.string().regex(/^[\w.+-]+\/[\w.+-]+$/) });
const adding = z.object({
  upload,
  part: z
    .int()
    .min(0)
    .max(MOST_PARTS - 1)
    .describe('The number of the part, from 0.'),
  base64: z.base64().max(PART_CHARACTERS),
});
const ending = z.object({ upload, sha256: z.hex().length(64).describe('The digest of the whole file.') });

const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });
/** An upload is a directory, `open-…` until it is complete. Its id is unguessable. */
const openAt = (id: string) => join(DIRECTORY, `open-${id}`);
const doneAt = (id: string) => join(DIRECTORY, id);

async function partsOf(id: string): Promise<Buffer> {
  const files = (await readdir(openAt(id))).filter((file) => file.startsWith('part-')).sort();
  return Buffer.concat(await Promise.all(files.map((file) => readFile(join(openAt(id), file)))));
}

async function metaOf(directory: string): Promise<z.infer<typeof beginning>> {
  return beginning.parse(JSON.parse(await readFile(join(directory, 'meta.json'), 'utf8')));
}

/** Files come in parts, each of which any pod may get, and are resources when they are complete. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'uploads', version: '1.0.0' });
  server.registerTool('begin_upload', { description: 'Begins a file.', inputSchema: beginning }, async (meta) => {
    const id = randomUUID();
    await mkdir(openAt(id), { recursive: true });
    await writeFile(join(openAt(id), 'meta.json'), JSON.stringify(meta));
    return say(id);
  });
  server.registerTool(
    'add_part',
    // A part that comes twice is written twice, with the same content.
    { description: 'Adds a part of a file.', inputSchema: adding, annotations: { idempotentHint: true } },
    async ({ upload: id, part, base64 }) => {
      await writeFile(join(openAt(id), `part-${String(part).padStart(3, '0')}`), Buffer.from(base64, 'base64'));
      return say(`part ${part} is there`);
    },
  );
  server.registerTool(
    'end_upload',
    { description: 'Ends a file.', inputSchema: ending },
    async ({ upload: id, sha256 }) => {
      const content = await partsOf(id);
      if (createHash('sha256').update(content).digest('hex') !== sha256.toLowerCase()) {
        throw new Error(
          'The digest is another one. Send the parts that are missing or wrong, and end the upload again.',
        );
      }
      await writeFile(join(openAt(id), 'content'), content);
      await rename(openAt(id), doneAt(id));
      const meta = await metaOf(doneAt(id));
      // The client lists again.
      server.sendResourceListChanged();
      return { content: [{ type: 'resource_link' as const, uri: `upload://${id}`, ...meta }] };
    },
  );
  registerUploads(server);
  return server;
}

function registerUploads(server: McpServer): void {
  const template = new ResourceTemplate('upload://{id}', {
    async list() {
      const ids = await readdir(DIRECTORY).catch(() => []);
      const done = ids.filter((id) => !id.startsWith('open-'));
      return {
        resources: await Promise.all(
          done.map(async (id) => ({ uri: `upload://${id}`, ...(await metaOf(doneAt(id))) })),
        ),
      };
    },
  });
  server.registerResource('upload', template, { description: 'A file that was uploaded.' }, async (uri, { id }) => {
    if (!upload.safeParse(id).success) throw new ResourceNotFoundError(uri.href, 'There is no such file.');
    const blob = await readFile(join(doneAt(String(id)), 'content'), 'base64').catch(() => {
      throw new ResourceNotFoundError(uri.href, 'There is no such file.');
    });
    const { mimeType } = await metaOf(doneAt(String(id)));
    return { contents: [{ uri: uri.href, mimeType, blob }] };
  });
}
