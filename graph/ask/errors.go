package ask

// Error is a question that has no answer: nothing of that name, a value that makes
// no sense.
type Error struct {
	What string
	Do   string // what to do about it; may be empty
	// Usage is set if the question itself is wrong, whatever the dump.
	Usage bool
}

func (e *Error) Error() string { return e.What }

// Hint says what to do about the error.
func (e *Error) Hint() string { return e.Do }

// wrong is the error of a question that makes no sense.
func wrong(what, do string) error { return &Error{What: what, Do: do, Usage: true} }
