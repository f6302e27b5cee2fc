/** What the image starts: anypod's commands, with the telemetry of a service around them. */
import { runCli } from 'anypod/cli';
import { TELEMETRY_SETTINGS } from './telemetry/settings.ts';
import { startTelemetry, type TelemetryConfig } from './telemetry/start-telemetry.ts';

await runCli(process.argv.slice(2), {
  settings: TELEMETRY_SETTINGS,
  commands: new Map([
    [
      'console',
      {
        help: 'anypod console serves a page for operators; see anypod console --help',
        load: async () => (await import('@anypod/console')).runConsole,
      },
    ],
  ]),
  start: (values) => startTelemetry(values as unknown as TelemetryConfig),
});
