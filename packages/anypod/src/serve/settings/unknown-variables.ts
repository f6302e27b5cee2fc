import { closestMatch } from 'leven';
import type { Setting } from './setting.ts';
import { type Environment, fileVariable } from './setting-text.ts';

/** How many letters of a name may be wrong. */
const MOST_WRONG = 4;
/** Kubernetes describes every service to every container, and this project's own services begin with the same word. */
const SERVICE_LINK = /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/;
const LINK_URL = /^(?:tcp|udp|sctp):\/\//;
/** Where the chart's lists of secrets take their parts from. */
const PART_OF_SECRET = /^ANYPOD_(?:SECRET|PAYLOAD_KEYS)_\d+$/;

/** A sentence for each variable that begins with `ANYPOD_` and is no setting, with the name that it probably should have. */
export function unknownVariables(env: Environment, settings: readonly Setting[]): readonly string[] {
  const known = settings.flatMap((setting) =>
    setting.fromFile ? [setting.env, fileVariable(setting)] : [setting.env],
  );
  const unknown = Object.entries(env).filter(
    ([name, value]) =>
      name.startsWith('ANYPOD_') &&
      !known.includes(name) &&
      !PART_OF_SECRET.test(name) &&
      !SERVICE_LINK.test(name) &&
      !(name.endsWith('_PORT') && LINK_URL.test(value ?? '')),
  );
  return unknown.map(([name]) => {
    const nearest = nearestName(name, known);
    return `${name} is no setting and has no effect${nearest === undefined ? '; anypod serve --help lists the settings' : `; did you mean ${nearest}?`}`;
  });
}

/** `PORT`, `HOST` and those of Redis have no prefix, which is easily forgotten. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  const bare = name.slice('ANYPOD_'.length);
  return known.includes(bare) ? bare : closestMatch(name, known, { maxDistance: MOST_WRONG });
}
