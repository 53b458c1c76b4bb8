#!/bin/sh
# Installs one lock file, hashes checked, bytecode compiled. uv is fast; pip is the way out where uv cannot reach the index
# (a private index or certificate that only pip's configuration knows).
set -eu
lock=$1
echo "installing $lock"
if ! VIRTUAL_ENV=.venv .venv/bin/uv pip install --system-certs --quiet --require-hashes --compile-bytecode -r "$lock"; then
  echo "uv could not; trying pip"
  .venv/bin/python -m pip install --quiet --require-hashes -r "$lock"
fi
