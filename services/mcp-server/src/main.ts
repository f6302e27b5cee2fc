/** What the image starts: anypod's commands, with the telemetry of a service around them. */
import { runCli } from 'anypod/cli';
import { METRICS_SETTINGS } from './metrics/settings.ts';
import { type MetricsConfig, startMetrics } from './metrics/start-metrics.ts';

await runCli(process.argv.slice(2), {
  settings: METRICS_SETTINGS,
  start: (values) => startMetrics(values as unknown as MetricsConfig),
});
