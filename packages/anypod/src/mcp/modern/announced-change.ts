import type { JsonRpcNotification } from '../../core/json/json-rpc.ts';
import type { Change } from '../../core/store/change-log.ts';

/** The change that a notification announces. Undefined: it announces none. */
export function announcedChange(notification: JsonRpcNotification): Change | undefined {
  switch (notification.method) {
    case 'notifications/tools/list_changed':
      return { kind: 'tools_list_changed' };
    case 'notifications/prompts/list_changed':
      return { kind: 'prompts_list_changed' };
    case 'notifications/resources/list_changed':
      return { kind: 'resources_list_changed' };
    case 'notifications/resources/updated':
      return { kind: 'resource_updated', uri: String(notification.params?.['uri']) };
    default:
      return undefined;
  }
}
