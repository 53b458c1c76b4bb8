#!/bin/sh
# The committed protocol code must be what the protocol generates.
set -eu
. tools/go.sh
fresh=build/proto
rm -rf "$fresh" && mkdir -p "$fresh"
sh tools/proto.sh "$fresh"
for file in engine/enginepb/engine.pb.go src/holdfast/engine/v1/engine_pb2.py src/holdfast/engine/v1/engine_pb2.pyi \
  src/holdfast/outbox/v1/whatsapp_pb2.py src/holdfast/outbox/v1/whatsapp_pb2.pyi; do
  cmp -s "$file" "$fresh/$file" || { echo "$file is not what the protocol generates. Next step: make proto."; exit 1; }
done
rm -rf "$fresh"
echo "proto: clean"
