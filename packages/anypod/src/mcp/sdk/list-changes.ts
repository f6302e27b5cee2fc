const CHANGE_OF_LIST: Readonly<Record<string, string>> = {
  'tools/list': 'notifications/tools/list_changed',
  'prompts/list': 'notifications/prompts/list_changed',
  'resources/list': 'notifications/resources/list_changed',
  'resources/templates/list': 'notifications/resources/list_changed',
};

/**
 * The notification that announces a change of the list that `method` asks for. Undefined: it asks for no list. If a handler announces a change of the
 * list that it is just answering, the change is in its answer. A client that is told of it would ask again, and be told again, without end.
 */
export function changeOfList(method: string): string | undefined {
  return CHANGE_OF_LIST[method];
}

const CHANGES = new Set(Object.values(CHANGE_OF_LIST));

/** Whether a notification announces a change of a list. */
export function isListChange(method: string): boolean {
  return CHANGES.has(method);
}
