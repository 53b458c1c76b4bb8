#!/bin/sh
# A slow disk is made by strace, which holds every fsync up. Debian's package where it is missing and we may install; else the next step.
set -eu
command -v strace >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "installing strace"
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends strace) >/dev/null
  exit 0
fi
echo "The test of a slow disk needs strace on the PATH. Next step: install the package \`strace\` and run make again." >&2
exit 1
