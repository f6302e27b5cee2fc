import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GenericContainer, getContainerRuntimeClient } from 'testcontainers';
import { IMAGE } from './containers.ts';

/** An image that a test built. */
export interface BuiltImage {
  readonly name: string;
  remove(): Promise<void>;
}

/** Builds what the documentation tells users to build: the image under test with files of their own. Values are text, or a file to copy. */
export async function buildImage(files: Readonly<Record<string, string | URL>>): Promise<BuiltImage> {
  const all: Record<string, string | URL> = { ...files, Dockerfile: `FROM ${IMAGE}\nCOPY . .\n` };
  const context = await mkdtemp(join(tmpdir(), 'anypod-image-'));
  try {
    for (const [path, content] of Object.entries(all)) {
      const target = join(context, path);
      await mkdir(dirname(target), { recursive: true });
      await (content instanceof URL ? copyFile(fileURLToPath(content), target) : writeFile(target, content));
    }
    const name = `anypod-test-${randomUUID()}`;
    await GenericContainer.fromDockerfile(context).build(name, { deleteOnExit: false });
    return {
      name,
      async remove() {
        await (await getContainerRuntimeClient()).container.dockerode.getImage(name).remove();
      },
    };
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** The fixture of the cluster tests as a user's image. */
export function buildFixture(): Promise<BuiltImage> {
  const parts = ['fixture.ts', 'fixture-tools.ts', 'fixture-questions.ts', 'fixture-rounds.ts', 'journal.ts'];
  return buildImage({
    'server.ts': "export { default } from './fixture.ts';\n",
    ...Object.fromEntries(parts.map((part) => [part, new URL(`../cluster/${part}`, import.meta.url)])),
  });
}
