import { PLAIN, PLAIN_KEY, type Sealer } from '../../core/sealer.ts';
import { createSealer } from '../../signing/sealer.ts';
import { list, type Setting } from './setting.ts';

const isKey = (text: string) => text === PLAIN_KEY || Buffer.byteLength(text) >= 32;

/** How content is kept in Redis. */
export const PAYLOAD_SETTINGS: readonly Setting[] = [
  {
    name: 'payloadKeys',
    flag: '--payload-keys',
    env: 'ANYPOD_PAYLOAD_KEYS',
    default: '',
    description:
      'Encrypts all content in Redis (AES-256-GCM), so that it shows only ids, times and counts. Use 32 bytes or more, and the same value on all pods. You can list several, separated by commas: the first one encrypts, and all of them decrypt. The word plain in the list stands for no encryption. See data-at-rest.md.',
    fromFile: true,
    schema: list
      .refine(
        (keys) => keys.length > 0 && keys.every(isKey),
        'must be plain, or 32 bytes or more each; make one with: openssl rand -base64 32',
      )
      .refine((keys) => new Set(keys).size === keys.length, 'must name each key once'),
  },
];

/** The part of the configuration that says so. */
export interface PayloadSettings {
  readonly payloadKeys?: readonly string[];
}

export function sealerOf({ payloadKeys }: PayloadSettings): Sealer {
  return payloadKeys === undefined ? PLAIN : createSealer(payloadKeys);
}
