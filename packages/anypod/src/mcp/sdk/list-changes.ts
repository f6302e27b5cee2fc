const CHANGE_OF_LIST: Readonly<Record<string, string>> = {
  'tools/list': 'notifications/tools/list_changed',
  'prompts/list': 'notifications/prompts/list_changed',
  'resources/list': 'notifications/resources/list_changed',
  'resources/templates/list': 'notifications/resources/list_changed',
};

/**
 * The notification that announces a change of the list that `method` asks for; undefined: it asks for no list. What a handler announces of the
 * list that it is just answering is in its answer: a client that were told would ask again, and be told again, for ever.
 */
export function changeOfList(method: string): string | undefined {
  return CHANGE_OF_LIST[method];
}
