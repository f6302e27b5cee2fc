#!/usr/bin/env bash
# Installs exactly what package-lock.json says. Where Node was fetched into `.node`, links it beside the packages' commands:
# npx puts that folder first on PATH, so `npx anypod` runs on it too.
set -euo pipefail
cd "$(dirname "$0")/.."

echo 'setup: npm ci'
npm ci --no-fund --no-audit --loglevel=error
if [ -x .node/bin/node ]; then ln -sf ../../.node/bin/node node_modules/.bin/node; fi
