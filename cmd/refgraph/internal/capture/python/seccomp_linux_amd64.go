package python

// mayNotFork reports whether the dump must be taken in the process itself, and
// what to tell about it.
func (s *session) mayNotFork() (bool, string) {
	if s.NoFork {
		return true, ""
	}
	if s.p.Seccomp == 2 {
		return true, "the process has a seccomp filter, which may forbid to fork: it paused while it dumped its heap itself"
	}
	return false, ""
}
