import { expect } from 'vitest';
import type { ValueCase } from '../value-case.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
/** What has to be said where nobody can look at a cluster. */
const SAID = { 'blueGreen.activeColor': 'blue', 'blueGreen.blue.replicas': 2, 'blueGreen.green.replicas': 0 };
const ON = { 'blueGreen.enabled': true, ...SAID };

/** The image of one colour; the other keeps that of `image`. */
function ofColor(color: 'blue' | 'green', other: 'blue' | 'green'): ValueCase[] {
  const image = (key: string, value: string, expected: string): ValueCase => ({
    path: `blueGreen.${color}.image.${key}`,
    value,
    with: { ...ON, 'image.tag': '1.0' },
    check: ({ container }) => {
      expect(container(`-${color}`)['image']).toBe(expected);
      expect(container(`-${other}`)['image']).toBe('anypod:1.0');
    },
  });
  return [
    image('repository', 'shop/server', 'shop/server:1.0'),
    image('tag', '2.0', 'anypod:2.0'),
    image('digest', DIGEST, `anypod@${DIGEST}`),
    {
      path: `blueGreen.${color}.replicas`,
      value: 4,
      with: ON,
      check: ({ find }) => expect(find('Deployment', `-${color}`)['spec'].replicas).toBe(4),
    },
  ];
}

export const blueGreen: readonly ValueCase[] = [
  {
    path: 'blueGreen.enabled',
    value: true,
    needs: SAID,
    check: ({ find, all }) => {
      expect(all('Deployment').map(({ metadata }) => metadata.name)).toEqual(['demo-anypod-blue', 'demo-anypod-green']);
      expect(find('Service')['spec'].selector).toMatchObject({ color: 'blue' });
      expect(find('Service', '-preview')['spec'].selector).toMatchObject({ color: 'green' });
      expect(find('Service', '-pods')['spec'].selector).not.toHaveProperty('color');
      expect(find('Deployment', '-blue')['spec']).toMatchObject({
        replicas: 2,
        selector: { matchLabels: { color: 'blue' } },
        template: { metadata: { labels: { color: 'blue' } } },
      });
      expect(find('Deployment', '-green')['spec'].replicas).toBe(0);
    },
  },
  {
    path: 'blueGreen.activeColor',
    value: 'green',
    with: { ...ON, 'blueGreen.green.replicas': 2 },
    check: ({ find }) => {
      expect(find('Service')['spec'].selector).toMatchObject({ color: 'green' });
      expect(find('Service', '-preview')['spec'].selector).toMatchObject({ color: 'blue' });
    },
  },
  ...ofColor('blue', 'green'),
  ...ofColor('green', 'blue'),
];
