#!/usr/bin/env bash
# Runs the contract suite on each server that docs/redis.md lists. The tests start the `redis-server` that is first on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."

for kind in ${KIND:-redis-7 redis-8 valkey}; do
  tools/setup-redis-kin.sh "$kind"
  PATH=$PWD/.redis-kin/$kind:$PATH vitest run --project contract
done
