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
};

/** The studies that `only` names (comma-separated), else those that the profile has. Throws for a name that there is not. */
export function chooseStudies(only: string, profile: string): readonly (readonly [name: string, study: Study])[] {
  // An hour of soaking shows nothing else, and is asked for by its profile. The image needs a container engine.
  const fits = (name: string) => (profile === 'soak' ? name === 'soak' : name !== 'soak' && name !== 'image');
  const usual = Object.keys(STUDIES).filter(fits);
  return (only === '' ? usual : only.split(',')).map((name) => {
    const study = STUDIES[name];
    if (study === undefined) throw new Error(`--only ${name}: there are ${Object.keys(STUDIES).join(', ')}.`);
    return [name, study] as const;
  });
}
