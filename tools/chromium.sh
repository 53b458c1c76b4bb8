#!/bin/sh
# The browser test drives a real Chromium. Debian's package where it is missing and we may install; else the next step.
set -eu
command -v chromium >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "installing chromium"
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium) >/dev/null
  exit 0
fi
echo "The browser test needs Chromium on the PATH. Next step: install the package \`chromium\` and run make again." >&2
exit 1
