#!/usr/bin/env node
// Committed, so that npm can link the command before the first build. Older versions of Node fail with a syntax error, so it looks first.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`anypod needs Node 22.18 or newer; this is ${process.version}.\n`);
  process.exit(2);
}
await import('../dist/command/main.js');
