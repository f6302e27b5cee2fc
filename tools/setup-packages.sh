#!/usr/bin/env bash
# Installs what package-lock.json says and leaves it as it is. Where Node was fetched into `.node`, links it beside the
# packages' commands: npx puts that folder first on PATH, so `npx anypod` runs on it too.
set -euo pipefail
cd "$(dirname "$0")/.."

echo 'setup: npm install'
# Not `npm ci`: it refuses a lock file that lacks the optional binaries of other platforms, and not every registry has them all.
npm install --no-save --no-fund --no-audit --loglevel=error
if [ -x .node/bin/node ]; then ln -sf ../../.node/bin/node node_modules/.bin/node; fi
touch node_modules/.package-lock.json
