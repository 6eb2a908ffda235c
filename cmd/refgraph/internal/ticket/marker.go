package ticket

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Marker is what a comment says to the next run, in one line that readers do not
// see (or see small, where a markup has no comments). It holds digests, numbers
// and times, never a name.
type Marker struct {
	Fingerprint string // its first 12 characters
	Question    string // of an Answer; may be empty
	Picture     string // digest of the PNG; empty if the comment has none yet
	Content     string // digest of all that the comment says; empty if it was not finished
	Run         int    // how often the comment was written, from 1
	First, Last Measure
	Gone        bool // it was not in the last dump
}

// Measure is how large a leak was, and when.
type Measure struct {
	When    time.Time
	Objects int
	Bytes   uint64
}

const stamp = "20060102T1504Z"

func (m Measure) String() string {
	return fmt.Sprintf("%s,%d,%d", m.When.UTC().Format(stamp), m.Objects, m.Bytes)
}

func parseMeasure(s string) (m Measure) {
	parts := strings.Split(s, ",")
	if len(parts) != 3 {
		return m
	}
	when, err := time.Parse(stamp, parts[0])
	if err != nil {
		return m
	}
	m.When = when
	m.Objects, _ = strconv.Atoi(parts[1])
	m.Bytes, _ = strconv.ParseUint(parts[2], 10, 64)
	return m
}

// String is the marker's line, without what hides it.
func (m Marker) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "refgraph:v1 %s", m.Fingerprint)
	add := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, " %s=%s", key, value)
		}
	}
	add("ask", m.Question)
	add("png", m.Picture)
	add("content", m.Content)
	add("run", strconv.Itoa(m.Run))
	if !m.First.When.IsZero() {
		add("first", m.First.String())
		add("last", m.Last.String())
	}
	if m.Gone {
		add("gone", "1")
	}
	return b.String()
}

var markerLine = regexp.MustCompile(`refgraph:v1 ([0-9a-f-]{12})((?: [a-z]{2,10}=[0-9a-zA-Z,]{1,64})*)`)

// ParseMarker finds the last marker in a comment.
func ParseMarker(body string) (Marker, bool) {
	all := markerLine.FindAllStringSubmatch(body, -1)
	if all == nil {
		return Marker{}, false
	}
	found := all[len(all)-1]
	m := Marker{Fingerprint: found[1], Run: 1}
	for _, pair := range strings.Fields(found[2]) {
		key, value, _ := strings.Cut(pair, "=")
		switch key {
		case "ask":
			m.Question = value
		case "png":
			m.Picture = value
		case "content":
			m.Content = value
		case "run":
			if n, err := strconv.Atoi(value); err == nil {
				m.Run = n
			}
		case "first":
			m.First = parseMeasure(value)
		case "last":
			m.Last = parseMeasure(value)
		case "gone":
			m.Gone = value == "1"
		}
	}
	return m, true
}
