#!/bin/sh
# An S3 server for the tests of the object store: versitygw, built from the module proxy once (about two minutes).
set -eu
out=build/tools/versitygw
test -x "$out" && exit 0
echo "building an S3 server for the tests"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p build/tools
root=$(pwd)
cd "$scratch"
printf 'module s3\ngo 1.26\n' >go.mod
GOFLAGS=-mod=mod go get github.com/versity/versitygw@v1.8.0
GOFLAGS=-mod=mod go build -trimpath -ldflags '-s -w' -o "$root/$out" github.com/versity/versitygw/cmd/versitygw
