#!/usr/bin/env bash
# Builds services/mcp-server/Dockerfile, or the file $2, as the image $1 and prints its size; what follows goes to `docker build`.
# Where npm needs certificates or settings of this machine (NODE_EXTRA_CA_CERTS, NPM_CONFIG_USERCONFIG) or a proxy, the build borrows
# them; they do not get into the image.
set -euo pipefail
cd "$(dirname "$0")/.."
name=$1
file=${2:-services/mcp-server/Dockerfile}
# Clients of 23 and newer build with BuildKit through their plugin buildx only; older ones have it in them.
has_buildkit() {
  "$1" buildx version >/dev/null 2>&1 || [[ $("$1" --version 2>/dev/null) =~ version\ (19|20|22)\. ]]
}

# DOCKER, or else the first docker on PATH that has BuildKit: a machine may have several.
docker=${DOCKER:-}
for candidate in ${docker:-$(type -aP docker || true)}; do
  if has_buildkit "$candidate"; then docker=$candidate; break; fi
done
if [ -z "$docker" ]; then
  command -v docker >/dev/null || { echo 'image: docker is missing. Install Docker (20.10 or newer) and try again.' >&2; exit 1; }
  echo "image: $(command -v docker) has no BuildKit. Install its plugin buildx, or name another client with DOCKER=… ." >&2
  exit 1
fi

lent=()
ca=${NODE_EXTRA_CA_CERTS:-}
npmrc=${NPM_CONFIG_USERCONFIG:-${HOME:-}/.npmrc}
[ -r "$ca" ] && lent+=(--secret "id=ca,src=$ca")
[ -r "$npmrc" ] && lent+=(--secret "id=npmrc,src=$npmrc")
# Docker knows these by name: they reach the steps and are not kept.
for variable in HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
  [ -n "${!variable:-}" ] && lent+=(--build-arg "$variable")
done

DOCKER_BUILDKIT=1 "$docker" build --network host --file "$file" --tag "$name" \
  --build-arg "VERSION=$(node -p 'require("./packages/anypod/package.json").version')" \
  --build-arg "REVISION=$(git describe --always --dirty --abbrev=40 --exclude '*' 2>/dev/null || true)" \
  --build-arg "SOURCE=${IMAGE_SOURCE:-}" \
  "${lent[@]}" "${@:3}" .
"$docker" image inspect "$name" --format '{{.Size}}' | awk -v name="$name" '{ printf "image: %s, %.0f MB\n", name, $1 / 1e6 }'
