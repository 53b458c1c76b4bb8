#!/bin/sh
# gofmt, vet and staticcheck over both programs.
set -eu
. tools/go.sh
unformatted=$(gofmt -l engine internal simulator benchmarks tests)
[ -z "$unformatted" ] || { echo "not gofmt-ed (make format): $unformatted"; exit 1; }
go vet ./...
mkdir -p build/tools
go build -modfile=tools/go.mod -o build/tools/staticcheck honnef.co/go/tools/cmd/staticcheck
build/tools/staticcheck ./...
echo "go: clean"
