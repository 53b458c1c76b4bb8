#!/bin/sh
# The browser tests drive a real Chromium. Debian's package where it is missing and we may install; else the next step.
set -eu
missing() { ! command -v "$1" >/dev/null 2>&1; }
may_install() { command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; }
install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null; }
if missing chromium; then
  if ! may_install; then
    echo "The browser test needs Chromium on the PATH. Next step: install the package \`chromium\` and run make again." >&2
    exit 1
  fi
  echo "installing chromium"
  apt-get update -qq >/dev/null
  install chromium
fi
# The same without windows needs half the CPU. Tests do without it where it is not to be had in the same version.
if missing chromium-headless-shell && may_install; then
  install "chromium-headless-shell=$(dpkg-query -W -f '${Version}' chromium 2>/dev/null)" 2>/dev/null || true
fi
