import { parseAllDocuments } from 'yaml';

/** A Kubernetes object as it stands in a file. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: an object of any kind; the schema check says what may be in it.
  readonly [field: string]: any;
}

/**
 * The objects of a YAML text, without its empty documents. A text that is no YAML, or has a key twice, throws. Kubernetes
 * reads YAML 1.1: `0440` is octal, and `yes` a boolean.
 */
export function parseManifests(text: string): Manifest[] {
  const documents = parseAllDocuments(text, { version: '1.1' });
  if (!Array.isArray(documents)) return [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error) throw error;
  }
  return documents.map((document) => document.toJS() as Manifest | null).filter((manifest) => manifest !== null);
}

/** How messages name an object: `Service anypod-pods`. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata?.name}`;
}
