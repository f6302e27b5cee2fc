import { type ItemKind, itemsOf, type RegisteredItem, type Registry } from '../internals/registries.ts';

/** Where a change goes: `<kind>.<member>/<id>`, where the id is the name or URI that the item had first. */
export interface Place {
  readonly kind: ItemKind;
  /** A member of the item, or `key`. */
  readonly member: string;
  readonly id: string;
}

/** The member that stands for an item's name or URI. Its value is null if the item was removed. */
export const KEY = 'key';

export function nameOfPlace({ kind, member, id }: Place): string {
  return `${kind}.${member}/${id}`;
}

/** Reads the name of a place. Undefined: this build does not know such places. */
export function readPlace(name: string): Place | undefined {
  const slash = name.indexOf('/');
  const [kind, member] = name.slice(0, slash).split('.');
  if (slash < 0 || kind === undefined || member === undefined) return undefined;
  return { kind: kind as ItemKind, member, id: name.slice(slash + 1) };
}

/** An item of a server, and how anypod last saw it. */
export class Item {
  readonly id: string;
  object: RegisteredItem;
  /** Its name or URI. Undefined: it was removed. */
  key: string | undefined;
  /** Its visible members, then its code; see `Registry.read`. */
  #values: readonly unknown[];
  /** The JSON of its visible members that are objects, because code may change an object in place. */
  #texts: readonly (string | undefined)[];

  /** `values`, `texts`: how the item was when the factory returned. */
  constructor(
    registry: Registry,
    id: string,
    object: RegisteredItem,
    values: readonly unknown[] = valuesOf(registry, object),
    texts: readonly (string | undefined)[] = textsOf(registry, values),
  ) {
    this.id = id;
    this.key = id;
    this.object = object;
    this.#values = values;
    this.#texts = texts;
  }

  /** Notes how the item is now. */
  see(registry: Registry): void {
    this.#values = valuesOf(registry, this.object);
    this.#texts = textsOf(registry, this.#values);
  }

  /** The visible members that are not as they were seen. */
  changed(registry: Registry): readonly string[] {
    const now = valuesOf(registry, this.object);
    const texts = textsOf(registry, now);
    return registry.visible.filter((_, at) => {
      const text = texts[at];
      return text === undefined ? now[at] !== this.#values[at] : text !== this.#texts[at];
    });
  }

  /** Whether an object has the code that was seen. */
  hasCodeOf(registry: Registry, object: RegisteredItem): boolean {
    const now = valuesOf(registry, object);
    return now.every((value, at) => at < registry.visible.length || value === this.#values[at]);
  }
}

function valuesOf(registry: Registry, object: RegisteredItem): readonly unknown[] {
  const values: unknown[] = [];
  registry.read(object, values);
  return values;
}

/** The JSON of each visible member that is an object. Undefined: it is none, or JSON cannot hold it. */
export function textsOf({ visible }: Registry, values: readonly unknown[]): readonly (string | undefined)[] {
  return visible.map((_, at) => {
    const value = values[at];
    return typeof value === 'object' && value !== null ? written(value) : undefined;
  });
}

/** The JSON of a value. Undefined: JSON cannot hold it. */
export function written(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Makes an item as it is on another pod. Announces what the SDK announces, so mute the server first. */
export function alterItem(server: object, registry: Registry, item: Item, changes: ReadonlyMap<string, unknown>): void {
  const update: Record<string, unknown> = {};
  for (const [member, value] of changes) {
    if (member === KEY || !registry.visible.includes(member)) continue;
    // `update` cannot unset a member.
    if (value === null) item.object[member] = undefined;
    else update[member] = value;
  }
  item.object.update?.(update);
  if (changes.has(KEY)) move(server, registry, item, changes.get(KEY));
  item.see(registry);
}

/** Gives an item another name or URI, removes it, or puts it back. */
function move(server: object, registry: Registry, item: Item, to: unknown): void {
  const items = itemsOf(server, registry);
  if (items === undefined) return;
  const from = item.key;
  // The SDKs remember an item's key, so they must hear of it. They do not put a removed item back.
  item.object.update?.({ [registry.key]: to });
  if (from !== undefined && from !== to && items[from] === item.object) delete items[from];
  item.key = typeof to === 'string' ? to : undefined;
  if (item.key !== undefined) items[item.key] = item.object;
}
