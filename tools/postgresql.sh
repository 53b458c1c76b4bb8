#!/bin/sh
# The tests start a PostgreSQL server of their own. Debian's package where it is missing and we may install; else the next step.
set -eu
command -v initdb >/dev/null 2>&1 && exit 0
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "installing postgresql"
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql) >/dev/null
  exit 0
fi
echo "The tests need PostgreSQL's server programs. Next step: install the package \`postgresql\` and run make again." >&2
exit 1
