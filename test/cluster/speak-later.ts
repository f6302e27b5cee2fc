import { setTimeout as delay } from 'node:timers/promises';
import { record } from './journal.ts';

/** The part of `McpServer` that is used here, in v1 and v2. */
interface Speaker {
  readonly server: {
    sendLoggingMessage(params: { level: 'info'; data: string }): Promise<void>;
    elicitInput(params: {
      message: string;
      requestedSchema: { type: 'object'; properties: Record<string, never> };
    }): Promise<{ action: string }>;
  };
}

/** Work that a tool starts before it answers. Later it sends a message that names its request, which has ended, and then one that names none. */
export function speakLater({ server }: Speaker, key: string, named: () => Promise<void>): void {
  const speak = async (): Promise<void> => {
    await delay(100);
    await named().catch((error: Error) => record('refused', key, error.message));
    await server.sendLoggingMessage({ level: 'info', data: `late ${key}` });
    const answer = await server.elicitInput({ message: key, requestedSchema: { type: 'object', properties: {} } });
    record('answered', key, answer.action);
  };
  speak().catch((error: Error) => record('failed', key, error.message));
}
