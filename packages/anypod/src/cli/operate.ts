/** What another program for operators is made of: the looks at Redis, the settings and the words of the commands. */

export { AnypodError } from '../core/errors.ts';
export { readBeginning, shortId } from '../core/session/session-name.ts';
export { readAddresses, UsageError } from '../probe/argument-values.ts';
export { type PodAddress, podAddresses } from '../probe/target.ts';
export type {
  EventFacts,
  Inspection,
  InspectionSettings,
  PodFacts,
  SessionDetails,
  SessionFacts,
  SessionPage,
  SessionSearch,
  TaskDetails,
  TaskFacts,
} from '../serve/operators/open-inspection.ts';
export { openInspection, shortHash } from '../serve/operators/open-inspection.ts';
export type { Setting } from '../serve/settings/setting.ts';
export { faultText } from './inspect/inspect.ts';
export { REDIS_HELP, readRedisArguments } from './inspect/redis-arguments.ts';
export { durationText, fitText, oneLine } from './inspect/table.ts';
export { createLog, formatFor } from './log/create-log.ts';
