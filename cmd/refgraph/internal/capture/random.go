package capture

import (
	"crypto/rand"
	"strings"
)

// random is a name that nobody guesses.
func random() string { return strings.ToLower(rand.Text()) }
