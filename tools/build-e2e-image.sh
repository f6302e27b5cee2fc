#!/usr/bin/env bash
# Builds the image of the cluster tests from the image $1: two versions of one server, as $2:dev and $2:next. LOAD_IMAGES, a command, brings
# them to the cluster's nodes: LOAD_IMAGES='kind load docker-image'.
set -euo pipefail
cd "$(dirname "$0")/.."
version=1
for tag in dev next; do
  tools/build-image.sh "$2:$tag" test/k8s/image/Dockerfile --build-arg "ANYPOD_IMAGE=$1" --build-arg "SERVER_VERSION=$version"
  version=$((version + 1))
done
if [ -n "${LOAD_IMAGES:-}" ]; then $LOAD_IMAGES "$2:dev" "$2:next"; fi
