#!/bin/sh
# npm install with the given flags, by the lock file. (Not `npm ci`, for the reason that tools/setup-packages.sh gives.)
# The build may lend certificates to trust as the secret `ca`, and npm's settings as the secret `npmrc`; neither stays in the image.
set -eu
if [ -s /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi
if [ -s /run/secrets/npmrc ]; then export NPM_CONFIG_USERCONFIG=/run/secrets/npmrc; fi
exec npm install --cache /var/cache/npm --no-save --no-fund --no-audit --no-update-notifier --loglevel=error --fetch-timeout=60000 "$@"
