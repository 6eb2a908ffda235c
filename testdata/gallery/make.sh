#!/bin/sh
# Makes the dumps of the gallery again, then its pictures. Needs zstd and
# Python. The addresses in the pictures differ from run to run of this script.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

go build -trimpath -ldflags=-compressdwarf=false -o "$tmp/gallery" ../programs/gogallery
go run ../programs/goslim -o "$tmp/slim" "$tmp/gallery"
(cd "$tmp" && env -i ./gallery -o dump) # a dump has the environment in it
zstd -q --ultra -22 -f "$tmp/dump" -o gallery.heapdump.zst
zstd -q --ultra -22 -f "$tmp/slim" -o gallery.exe.zst
python3 -E -S weak.py ../../graph/dump/python weak.pydump.gz

cd ../..
UPDATE_GALLERY=1 go test ./cmd/refgraph -run TestGallery -count=1
