import { type Manifest, nameOf } from './documents.ts';
import { findValidator } from './schemas.ts';
import { watchReads } from './watch-reads.ts';

interface SchemaError {
  readonly instancePath: string;
  readonly message?: string;
}

/**
 * Checks every object against the schema of its kind, as strictly as an API server that refuses unknown
 * fields: a misspelt field, a wrong type, an API version that is not served, an empty field, an object that comes twice.
 *
 * @returns one sentence per problem; none where all is well.
 */
export async function validateManifests(manifests: readonly Manifest[]): Promise<string[]> {
  const problems = await Promise.all(manifests.map(validate));
  return [...problems.flat(), ...doubles(manifests)];
}

async function validate(manifest: Manifest): Promise<string[]> {
  const { apiVersion, kind } = manifest;
  const say = (problem: string) => `${nameOf(manifest)}: ${problem}`;
  const validator = await findValidator(apiVersion, kind);
  if (!validator) return [say(`there is no kind ${kind} in ${apiVersion}, as far as test/manifests/schemas.ts knows`)];
  const watched = watchReads(manifest);
  const wrong = schemaErrors(() => validator(watched.value));
  const unknown = watched.unread().filter((path, _, all) => !all.some((other) => path.startsWith(`${other}.`)));
  return [
    ...wrong.map(({ instancePath, message }) => say(`${dotted(instancePath)} ${message}`)),
    ...unknown.map((path) => say(`${path} is unknown`)),
    ...emptyFields(manifest).map((path) => say(`${path} is empty`)),
  ];
}

function schemaErrors(validator: () => void): readonly SchemaError[] {
  try {
    validator();
    return [];
  } catch (error) {
    const { errors } = error as { errors?: readonly SchemaError[] };
    if (!errors) throw error;
    return errors;
  }
}

function dotted(pointer: string): string {
  const keys = pointer.split('/').slice(1);
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')).join('.') || 'the object';
}

/** `labels:` with nothing behind it: the API server takes it as absent, but a template meant something else. */
function emptyFields(value: unknown, path = ''): string[] {
  if (value === null) return [path];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => emptyFields(inner, path === '' ? key : `${path}.${key}`));
}

function doubles(manifests: readonly Manifest[]): string[] {
  const seen = new Set<string>();
  return manifests.flatMap((manifest) => {
    const key = `${manifest.apiVersion} ${manifest.metadata?.namespace} ${nameOf(manifest)}`;
    const problem = seen.has(key) ? [`${nameOf(manifest)}: comes twice`] : [];
    seen.add(key);
    return problem;
  });
}
