import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const KUBECTL = join(ROOT, '.helm/4/kubectl');

/** What `kubectl kustomize` makes of a folder, given relative to the repository. Throws with what kubectl says. */
export async function kustomize(folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)(KUBECTL, ['kustomize', join(ROOT, folder)], { timeout: 30_000 });
  return stdout;
}
