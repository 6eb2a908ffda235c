package node

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

const sigusr1 = syscall.SIGUSR1

// nodeName is what executables of Node are called.
var nodeName = regexp.MustCompile(`^(node|nodejs|iojs)(-?v?[0-9.]+)?( \(deleted\))?$`)

// check refuses what is not Node, and what is in another network.
func check(p *capture.Process) error {
	exe, err := os.Readlink(p.File("exe"))
	if err != nil {
		return &capture.Refusal{Why: fmt.Sprintf("the executable of process %d is not known", p.PID), Advice: capture.AttachHint(), Cause: err}
	}
	if name := filepath.Base(exe); !nodeName.MatchString(name) {
		return &capture.Refusal{Why: fmt.Sprintf("process %d runs %s, which is not Node", p.PID, capture.Clean(name)),
			Advice: "give the process id of node itself, not of npm or a shell; if it has an inspector open, use --address"}
	}
	ours, err1 := os.Readlink("/proc/self/ns/net")
	theirs, err2 := os.Readlink(p.File("ns/net"))
	if err1 == nil && err2 == nil && ours != theirs {
		return &capture.Refusal{Why: fmt.Sprintf("process %d has a network of its own (a container)", p.PID),
			Advice: fmt.Sprintf("run refgraph in it: nsenter -t %d -n refgraph capture node --pid %d -o FILE", p.PID, p.PID)}
	}
	return nil
}

// listening returns the address of the process's inspector; "" if none is open.
func listening(ctx context.Context, p *capture.Process) (string, error) {
	sockets := map[string]bool{}
	links, err := filepath.Glob(p.File("fd/*"))
	if err != nil {
		return "", err
	}
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && strings.HasPrefix(to, "socket:[") {
			sockets[strings.Trim(strings.TrimPrefix(to, "socket:"), "[]")] = true
		}
	}
	for _, table := range []string{"net/tcp", "net/tcp6"} {
		for _, address := range listeners(p.File(table), sockets) {
			if isInspector(ctx, address) {
				return address, nil
			}
		}
	}
	return "", ctx.Err()
}

// listeners are the loopback addresses at which one of the sockets listens.
func listeners(table string, sockets map[string]bool) (list []string) {
	f, err := os.Open(table)
	if err != nil {
		return nil
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		const listen = "0A"
		if len(fields) < 10 || fields[3] != listen || !sockets[fields[9]] {
			continue
		}
		host, port, ok := strings.Cut(fields[1], ":")
		n, err := strconv.ParseUint(port, 16, 16)
		if ip := address(host); ok && err == nil && (ip.IsLoopback() || ip.IsUnspecified()) {
			if ip.IsUnspecified() {
				ip = net.IPv4(127, 0, 0, 1)
			}
			list = append(list, net.JoinHostPort(ip.String(), strconv.FormatUint(n, 10)))
		}
	}
	return list
}

// address reads an address of the kernel's table: words of four bytes, the lowest first.
func address(s string) net.IP {
	b, err := hex.DecodeString(s)
	if err != nil || len(b)%4 != 0 {
		return nil
	}
	for i := 0; i < len(b); i += 4 {
		b[i], b[i+1], b[i+2], b[i+3] = b[i+3], b[i+2], b[i+1], b[i]
	}
	return b
}
