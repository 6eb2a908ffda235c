module github.com/refgraph/refgraph/graph/dump/gocore/delvetest

go 1.26.0

require (
	github.com/go-delve/delve v1.27.2
	github.com/refgraph/refgraph v0.0.0
)

require (
	github.com/cilium/ebpf v0.22.0 // indirect
	github.com/edsrzf/mmap-go v1.2.0 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
	golang.org/x/arch v0.28.0 // indirect
	golang.org/x/debug v0.0.0-20260708154117-df4e898c2b6a // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/telemetry v0.0.0-20241106142447-58a1122356f5 // indirect
)

replace github.com/refgraph/refgraph => ../../../..
