import { isMap, isScalar, type ParsedNode, parseDocument, type YAMLMap } from 'yaml';
import { type Note, readNote } from './read-note.ts';

/** One key of values.yaml. */
export interface Value extends Note {
  /** Dotted, as `--set` takes it. */
  readonly path: string;
  readonly key: string;
  readonly preset: unknown;
  /** Keys of a map that describes them; none of a map that anybody may fill. */
  readonly children: readonly Value[];
}

/** The text of `values.yaml` as a tree of described keys. Throws an `Error` that names every key without a description. */
export function readValues(text: string): readonly Value[] {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) throw problem;
  if (!isMap(document.contents)) throw new Error('values.yaml: must be a map');
  const values = readMap(document.contents as YAMLMap.Parsed, '', document.commentBefore ?? '');
  const missing = undescribed(values);
  if (missing.length > 0) throw new Error(`values.yaml: describe with a comment "# -- …": ${missing.join(', ')}`);
  return values;
}

function readMap(map: YAMLMap.Parsed, above: string, before: string): Value[] {
  // The parser gives what stands above a map's first key to the map.
  const first = [before, map.commentBefore ?? ''].filter((comment) => comment !== '').join('\n');
  return map.items.map(({ key, value }, index) => {
    if (!isScalar(key)) throw new Error(`values.yaml: a key under ${above} is no text`);
    const comments = [index === 0 ? first : '', key.commentBefore ?? ''].filter((comment) => comment !== '');
    return readValue(String(key.value), value, above, readNote(comments.join('\n')));
  });
}

function readValue(key: string, value: ParsedNode | null, above: string, note: Note): Value {
  const path = above === '' ? key : `${above}.${key}`;
  const inner = isMap(value) && (!note.open || describesKeys(value)) ? readMap(value, path, '') : [];
  return { ...note, key, path, preset: value === null ? null : value.toJSON(), children: inner };
}

function describesKeys(map: YAMLMap.Parsed): boolean {
  return [map.commentBefore, ...map.items.map(({ key }) => key.commentBefore)].some((text) => text?.includes('--'));
}

function undescribed(values: readonly Value[]): string[] {
  return values.flatMap(({ path, description, children, open }) => {
    const isMapOfOthers = children.length > 0 && !open;
    return [...(description === '' && !isMapOfOthers ? [path] : []), ...undescribed(children)];
  });
}
