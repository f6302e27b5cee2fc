#!/usr/bin/env bash
# Installs what package-lock.json says and leaves it as it is. Where Node was fetched into `.node`, links it beside the
# packages' commands: npx puts that folder first on PATH, so `npx anypod` runs on it too.
set -euo pipefail
cd "$(dirname "$0")/.."

echo 'setup: npm install'
# Not `npm ci`: it refuses a lock file that lacks the optional binaries of other platforms, and not every registry has them all.
# A connection to the registry may go silent, and then npm waits for ever: each attempt is bounded, and what it fetched is cached.
for attempt in 1 2 3; do
  timeout 240 npm install --no-save --no-fund --no-audit --loglevel=error --fetch-timeout=60000 && break
  [ "$attempt" -lt 3 ] || { echo 'setup: npm install failed three times; is the npm registry reachable?' >&2; exit 1; }
  echo "setup: npm install did not succeed; trying again"
done
if [ -x .node/bin/node ]; then ln -sf ../../.node/bin/node node_modules/.bin/node; fi
touch node_modules/.package-lock.json
