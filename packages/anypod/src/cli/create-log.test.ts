import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createLog } from './create-log.ts';

it('shows no field of a secret name, nor of one that the operator lists, down to the third level [log.redacted]', () => {
  const stderr = new PassThrough().setEncoding('utf8');
  const log = createLog('info', 'json', stderr as unknown as NodeJS.WriteStream, ['email', 'x-api-key']);
  const secret = {
    authorization: 'hidden',
    token: 'hidden',
    password: 'hidden',
    'x-api-key': 'hidden',
    email: 'hidden',
  };
  log.info({ ...secret, headers: secret, request: { headers: secret }, tool: 'shown' }, 'a line');
  const line = String(stderr.read());
  expect(line).not.toContain('hidden');
  expect(JSON.parse(line)).toMatchObject({ tool: 'shown', token: '[Redacted]', headers: { email: '[Redacted]' } });
});
