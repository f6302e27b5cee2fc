import { expect, it } from 'vitest';
import { SETTINGS } from './settings.ts';
import { unknownVariables } from './unknown-variables.ts';

const told = (env: Record<string, string>) => unknownVariables(env, SETTINGS);

it.each([
  ['ANYPOD_SESION_TTL', 'ANYPOD_SESSION_TTL'],
  ['ANYPOD_DRAIN_DELAYS', 'ANYPOD_DRAIN_DELAY'],
  ['ANYPOD_SECRET_FLIE', 'ANYPOD_SECRET_FILE'],
  ['ANYPOD_PORT', 'PORT'],
  ['ANYPOD_REDIS_URL', 'REDIS_URL'],
])('%s was probably to be %s', (name, meant) => {
  expect(told({ [name]: '1' })).toEqual([
    expect.stringMatching(new RegExp(`^${name} is no setting.*did you mean ${meant}\\?$`)),
  ]);
});

it('says nothing of settings, of other programs, and of what Kubernetes tells about services', () => {
  const settings = Object.fromEntries(SETTINGS.map(({ env }) => [env, 'x']));
  expect(
    told({ ...settings, ANYPOD_SECRET_FILE: '/run/s', REDIS_PASSWORD_FILE: '/run/p', ANYPOD_SECRET_0: 'x' }),
  ).toEqual([]);
  expect(told({ PATH: '/bin', PORTS: '1', REDIS_SESION: '1' })).toEqual([]);
  const links = {
    ANYPOD_SERVICE_HOST: '10.0.0.1',
    ANYPOD_SERVICE_PORT: '80',
    ANYPOD_SERVICE_PORT_HTTP: '80',
    ANYPOD_PORT: 'tcp://10.0.0.1:80',
    ANYPOD_PORT_80_TCP: 'tcp://10.0.0.1:80',
    ANYPOD_PORT_80_TCP_PROTO: 'tcp',
    ANYPOD_PORT_8080_TCP_ADDR: '10.0.0.1',
    ANYPOD_PODS_SERVICE_HOST: '10.0.0.1',
    ANYPOD_REDIS_PORT: 'tcp://10.0.0.2:6379',
    ANYPOD_REDIS_PORT_6379_TCP_PORT: '6379',
  };
  expect(told(links)).toEqual([]);
});

it('names no setting where none is near', () => {
  expect(told({ ANYPOD_COLOUR_OF_THE_BIKESHED: 'red' })).toEqual([expect.stringContaining('anypod serve --help')]);
});
