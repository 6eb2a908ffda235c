package ticket

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Error is what a tracker refused, in its own words.
type Error struct {
	Tracker string // "GitHub"
	Doing   string // "uploading refgraph-1a2b3c4d-9f8e7d6c.png"
	Status  int    // of the answer; 0 if there was none
	Words   string // the tracker's; may be empty
	Advice  string // what to do, one line
	Err     error  // below, if there was no answer
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Tracker + ", " + e.Doing + ": ")
	if e.Status != 0 {
		fmt.Fprintf(&b, "%d %s", e.Status, http.StatusText(e.Status))
	}
	switch {
	case e.Words != "" && e.Status != 0 && !strings.HasSuffix(b.String(), e.Words):
		b.WriteString(": " + e.Words)
	case e.Words != "" && e.Status == 0:
		b.WriteString(e.Words)
	case e.Err != nil:
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Hint says what to do about it.
func (e *Error) Hint() string { return e.Advice }

func (e *Error) Unwrap() error { return e.Err }

// UsageError is a URL or flag that cannot be carried out.
type UsageError struct{ What, Advice string }

func (e *UsageError) Error() string { return e.What }

// Hint says what to do about it.
func (e *UsageError) Hint() string { return e.Advice }

// status is the status of a tracker's refusal, 0 for other errors.
func status(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// longestWords is the most of a tracker's own words that an error repeats.
const longestWords = 300

// spoken finds a tracker's own words in the body of an answer: the known members
// of JSON, else the first line of a text. Pages of HTML say nothing.
func spoken(contentType string, body []byte) string {
	var v any
	if json.Unmarshal(body, &v) == nil {
		return clean(strings.Join(said(v), "; "), longestWords)
	}
	text := strings.TrimSpace(string(body))
	if strings.Contains(contentType, "html") || strings.HasPrefix(text, "<") {
		return ""
	}
	line, _, _ := strings.Cut(text, "\n")
	return clean(line, longestWords)
}

// said collects messages of the shapes that the trackers use.
func said(v any) (out []string) {
	switch v := v.(type) {
	case string:
		if s := strings.TrimSpace(v); s != "" {
			out = append(out, s)
		}
	case []any:
		for _, x := range v {
			out = append(out, said(x)...)
		}
	case map[string]any:
		for _, key := range []string{"message", "error", "error_description", "errorMessages", "msg"} {
			out = append(out, said(v[key])...)
		}
		out = append(out, saidErrors(v["errors"])...)
		if code, field := said(v["code"]), said(v["field"]); len(out) == 0 && len(code) == 1 {
			out = append(out, strings.Join(append(field, code...), " "))
		}
	}
	return out
}

// saidErrors are lists of messages, and maps of a field to its message.
func saidErrors(v any) []string {
	fields, ok := v.(map[string]any)
	if !ok {
		return said(v)
	}
	var out []string
	for name, m := range fields {
		for _, s := range said(m) {
			out = append(out, name+": "+s)
		}
	}
	return out
}
