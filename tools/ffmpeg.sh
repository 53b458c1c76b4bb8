#!/bin/sh
# Tests of sound and films use a real ffmpeg. Debian's package where it is missing and we may install; else the next step.
set -eu
command -v ffmpeg >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "installing ffmpeg"
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ffmpeg) >/dev/null
  exit 0
fi
echo "The tests of voice notes need ffmpeg on the PATH. Next step: install the package \`ffmpeg\` and run make again." >&2
exit 1
