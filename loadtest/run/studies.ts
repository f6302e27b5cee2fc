import { concurrency } from './concurrency.ts';
import { connections } from './connections.ts';
import { elicitation } from './elicitation.ts';
import type { Study } from './finding.ts';
import { imageStart } from './image-start.ts';
import { linear } from './linear.ts';
import { oldTransport } from './old-transport.ts';
import { overhead } from './overhead.ts';
import { redisCosts } from './redis-costs.ts';
import { resume } from './resume.ts';
import { rollout } from './rollout.ts';
import { growthByPods } from './scale/growth-by-pods.ts';
import { scale } from './scale/scale.ts';
import { sessions } from './sessions.ts';
import { soak } from './soak.ts';
import { startup } from './startup.ts';
import { streams } from './streams.ts';
import { tasks } from './tasks.ts';

const STUDIES: Readonly<Record<string, Study>> = {
  overhead,
  concurrency,
  sessions,
  connections,
  streams,
  resume,
  rollout,
  elicitation,
  tasks,
  redis: redisCosts,
  startup,
  image: imageStart,
  'old-transport': oldTransport,
  linear,
  soak,
  scale,
  'growth-by-pods': growthByPods,
};

/** The studies that k6 drives. */
const BY_K6 = ['overhead', 'concurrency', 'rollout', 'elicitation', 'tasks', 'linear', 'soak'];

/** Profiles that have studies of their own, and no others. */
const OF_PROFILE: Readonly<Record<string, readonly string[]>> = {
  soak: ['soak'],
  stress: ['scale', 'growth-by-pods'],
};

/** The studies that `only` names (comma-separated), else those that the profile has. Throws for a name that there is not. */
export function chooseStudies(only: string, profile: string): readonly (readonly [name: string, study: Study])[] {
  // An hour of soaking and a million sessions are asked for by their profiles. The image needs a container engine.
  const apart = Object.values(OF_PROFILE).flat().concat('image');
  const usual = OF_PROFILE[profile] ?? Object.keys(STUDIES).filter((name) => !apart.includes(name));
  return (only === '' ? usual : only.split(',')).map((name) => {
    const study = STUDIES[name];
    if (study === undefined) throw new Error(`--only ${name}: there are ${Object.keys(STUDIES).join(', ')}.`);
    return [name, study] as const;
  });
}

/** Whether one of the studies needs k6. */
export function needsK6(studies: readonly (readonly [name: string, study: Study])[]): boolean {
  return studies.some(([name]) => BY_K6.includes(name));
}
