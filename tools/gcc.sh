#!/bin/sh
# SQLite's usual driver for Go is C. Debian's package where a compiler is missing and we may install; else the next step.
set -eu
command -v gcc >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "installing gcc"
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev) >/dev/null
  exit 0
fi
echo "whatsmeow with its usual driver needs a C compiler. Next step: install the package \`gcc\` and run make again." >&2
exit 1
