#!/usr/bin/env bash
# Writes what npm installs for the two packages as SPDX: anypod.spdx.json. In an empty project, because the workspace has more.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$PWD/anypod.spdx.json
version=$(node -p "require('./packages/anypod/package.json').version")
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT
for package in anypod create-anypod; do
  (cd "packages/$package" && npm pack --silent --ignore-scripts --pack-destination "$project" >/dev/null)
done
cd "$project"
printf '{"name":"anypod-release","version":"%s"}' "$version" >package.json
npm install --silent --ignore-scripts --no-audit --no-fund ./*.tgz
npm sbom --sbom-format=spdx >"$target"
echo "sbom: anypod.spdx.json, $(grep -c '"SPDXID": "SPDXRef-Package' "$target") packages"
