#!/usr/bin/env node
// Committed, so that npm can link the command before the first build.
import { runCli } from '../dist/cli/main.js';

await runCli(process.argv.slice(2));
