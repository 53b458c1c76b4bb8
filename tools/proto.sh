#!/bin/sh
# Generates the code of both protocols. Usage: tools/proto.sh OUTDIR (the repository's root, or a folder to compare with).
set -eu
out=${1:-.}
mkdir -p "$out/src" "$out/engine" "$out/build/tools"
go build -modfile=tools/go.mod -o "$out/build/tools/protoc-gen-go" google.golang.org/protobuf/cmd/protoc-gen-go
# What engine and gateway say to each other: both languages.
.venv/bin/python -m grpc_tools.protoc -Iproto --plugin="protoc-gen-go=$out/build/tools/protoc-gen-go" \
  --python_out="$out/src" --pyi_out="$out/src" \
  --go_out="$out" --go_opt=module=holdfast \
  holdfast/engine/v1/engine.proto
# What the outbox writes of WhatsApp's message: the gateway alone.
.venv/bin/python -m grpc_tools.protoc -Iproto --python_out="$out/src" --pyi_out="$out/src" holdfast/outbox/v1/whatsapp.proto
