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
  #visible: readonly unknown[] = [];
  #code: readonly unknown[] = [];

  constructor(registry: Registry, key: string, object: RegisteredItem) {
    this.id = key;
    this.key = key;
    this.object = object;
    this.see(registry);
  }

  /** Notes how the item is now. */
  see({ visible, code }: Registry): void {
    this.#visible = visible.map((member) => seen(this.object[member]));
    this.#code = code.map((member) => this.object[member]);
  }

  /** The visible members that are not as they were seen. */
  changed({ visible }: Registry): readonly string[] {
    return visible.filter((member, at) => seen(this.object[member]) !== this.#visible[at]);
  }

  /** Whether an object has the code that was seen. */
  hasCodeOf({ code }: Registry, object: RegisteredItem): boolean {
    return code.every((member, at) => object[member] === this.#code[at]);
  }
}

/** A value for comparison: an object as its JSON, because code may change it in place. */
function seen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
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
