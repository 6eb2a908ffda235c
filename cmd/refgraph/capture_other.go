//go:build !linux

package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// checkProcess tells early that a process is gone.
func checkProcess(pid int) error {
	p, err := os.FindProcess(pid)
	if err == nil && runtime.GOOS != "windows" {
		err = p.Signal(syscall.Signal(0))
	}
	if err != nil && !os.IsPermission(err) {
		return hintError{fmt.Errorf("no process %d", pid), "check the process id"}
	}
	return nil
}

// processExe is not known here: --python names the interpreter.
func processExe(int) string { return "" }

func targetRoot(int) string { return "" }

func giveTo(string, int) error { return nil }

func blockedIn(int) string { return "" }
