#!/bin/sh
# Makes the dumps of this folder again. Needs zstd, and the network for the
# older Go releases. The results differ in addresses from run to run.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# The dump of a leaking program, and what of its executable tells types.
go build -trimpath -ldflags=-compressdwarf=false -o "$tmp/goleak" ../programs/goleak
go run ../programs/goslim -o "$tmp/slim" "$tmp/goleak"
(cd "$tmp" && env -i ./goleak -n 300 -o leak) # a dump has the environment in it
zstd -q --ultra -22 -f "$tmp/leak" -o leak.heapdump.zst
zstd -q --ultra -22 -f "$tmp/slim" -o leak.exe.zst

# The same program by other releases, whose heaps are laid out differently.
mkdir "$tmp/old"
cp ../programs/goleak/main.go "$tmp/old"
printf 'module goleak\n\ngo 1.21\n' >"$tmp/old/go.mod"
old() { # name, toolchain, experiments
	(cd "$tmp/old" && GOTOOLCHAIN=$2 GOEXPERIMENT=$3 go build -trimpath -o "$tmp/$1" .)
	(cd "$tmp" && env -i "./$1" -n 120 -o "$1.heapdump")
	zstd -q --ultra -22 -f "$tmp/$1.heapdump" -o "$1.heapdump.zst"
}
old go1.21 go1.21.13 ""
old go1.24 go1.24.9 ""
old go1.25 go1.25.5 ""
old go1.25-greenteagc go1.25.5 greenteagc
old go1.26-nogreenteagc "$(go env GOVERSION)" nogreenteagc
