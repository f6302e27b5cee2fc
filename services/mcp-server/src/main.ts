/** What the image starts: anypod's commands, with the telemetry of a service around them. */
import { runCli } from 'anypod/cli';

await runCli(process.argv.slice(2));
