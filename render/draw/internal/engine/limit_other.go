//go:build !linux

package engine

import (
	"os"
	"time"
)

// patience is how long a child may take on the wall.
const patience = Timeout

func limitCPU(time.Duration) {}

func spent(*os.ProcessState, time.Duration) bool { return false }
