import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
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

/** The files of a module of the cluster tests: itself, and what it imports beside it. */
function filesOf(module: string, known: Readonly<Record<string, URL>> = {}): Record<string, URL> {
  const url = new URL(`../cluster/${module}`, import.meta.url);
  const imports = readFileSync(url, 'utf8').matchAll(/ from '\.\/(.+\.ts)'/g);
  let files: Record<string, URL> = { ...known, [module]: url };
  for (const [, name] of imports) {
    if (name !== undefined && !(name in files)) files = filesOf(name, files);
  }
  return files;
}

/** A module of the cluster tests as the server of a user's image. */
export function serverOf(module: string): Record<string, string | URL> {
  return { 'server.ts': `export { default } from './${module}';\n`, ...filesOf(module) };
}
