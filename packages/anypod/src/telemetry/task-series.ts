import type { ObservableCallback } from '@opentelemetry/api';
import type { Meter, TaskEvent, TaskGauges } from '../core/meter.ts';
import type { Instruments } from './instruments.ts';

/** A collection does not wait longer for the store, ms. */
const PATIENCE_MS = 1000;

const EVENTS = {
  queued: { event: 'queued' },
  handed_back: { event: 'handed_back' },
  started: { event: 'started' },
  input_required: { event: 'input_required' },
  answered: { event: 'answered' },
  completed: { event: 'completed' },
  tool_error: { event: 'tool_error' },
  failed: { event: 'failed' },
  cancelled: { event: 'cancelled' },
  requeued: { event: 'requeued' },
} satisfies Record<TaskEvent, object>;

/** Counts tasks. The queue is read once for each collection. While the store is away, the gauge of the queue keeps its value. */
export function createTaskSeries({
  tasks,
  tasksRunning,
  tasksQueued,
}: Instruments): Pick<Meter, 'task' | 'watchTasks' | 'close'> {
  for (const event of Object.values(EVENTS)) tasks.add(0, event);
  let gauges: TaskGauges = { running: () => 0, queued: async () => 0 };

  const running: ObservableCallback = (result) => result.observe(gauges.running());
  const queued: ObservableCallback = async (result) => {
    const length = await inTime(gauges.queued());
    if (length !== undefined) result.observe(length);
  };
  tasksRunning.addCallback(running);
  tasksQueued.addCallback(queued);

  return {
    task: (event) => tasks.add(1, EVENTS[event]),
    watchTasks(found) {
      gauges = found;
    },
    close() {
      tasksRunning.removeCallback(running);
      tasksQueued.removeCallback(queued);
    },
  };
}

/** Undefined: the store is away. */
async function inTime(reading: Promise<number>): Promise<number | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), PATIENCE_MS);
  try {
    return await Promise.race([reading.catch(() => undefined), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
