#!/bin/sh
# Generates both languages' code from the protocol. Usage: tools/proto.sh OUTDIR (the repository's root, or a folder to compare with).
set -eu
out=${1:-.}
mkdir -p "$out/src" "$out/engine" "$out/build/tools"
go build -modfile=tools/go.mod -o "$out/build/tools/protoc-gen-go" google.golang.org/protobuf/cmd/protoc-gen-go
.venv/bin/python -m grpc_tools.protoc -Iproto --plugin="protoc-gen-go=$out/build/tools/protoc-gen-go" \
  --python_out="$out/src" --pyi_out="$out/src" \
  --go_out="$out" --go_opt=module=holdfast \
  holdfast/engine/v1/engine.proto
