package diff

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph/lang"
)

// Grammar is the text of `--fail-on` for help and documentation.
const Grammar = `A condition is comma-separated terms; it holds if all its measures do.

  what     type=NAME       types by full name, unqualified name or glob
           suspect=NAME    leak suspects by fingerprint or type; * for all
           site=NAME       allocation sites by name or glob
           (nothing)       all reachable objects
  measure  grows>N         so many objects more than in the old dump
           count>N         objects in the new dump
           grows_bytes>S   shallow bytes more    bytes>S      in the new dump
           grows_retained>S  retained bytes more   retained>S   in the new dump
  operator > >= < <= =
  number   1000, 10k, 1.5M; bytes also 64KiB, 10MiB, 2GiB; grows also 20% of old

Examples: type=main.Session,grows>1000   suspect=*,count>0   grows_bytes>20%`

// Condition is a parsed condition of `--fail-on`.
type Condition struct {
	text     string
	kind     string // "type", "suspect", "site", or "" for the total
	pattern  string
	measures []measure
}

type measure struct {
	name    string
	op      string
	value   float64
	percent bool
}

// ParseError is a condition that does not follow the grammar.
type ParseError struct {
	Condition string
	What      string
}

func (e *ParseError) Error() string { return fmt.Sprintf("--fail-on %q: %s", e.Condition, e.What) }

var (
	kinds    = []string{"type", "suspect", "site"}
	measures = map[string]func(Row) (now, old float64){
		"count":          func(r Row) (float64, float64) { return float64(r.New.Count), 0 },
		"bytes":          func(r Row) (float64, float64) { return float64(r.New.Bytes), 0 },
		"retained":       func(r Row) (float64, float64) { return float64(r.New.Retained), 0 },
		"grows":          func(r Row) (float64, float64) { return float64(r.New.Count), float64(r.Old.Count) },
		"grows_bytes":    func(r Row) (float64, float64) { return float64(r.New.Bytes), float64(r.Old.Bytes) },
		"grows_retained": func(r Row) (float64, float64) { return float64(r.New.Retained), float64(r.Old.Retained) },
	}
)

// Parse reads a condition; the error is a *ParseError.
func Parse(text string) (Condition, error) {
	c := Condition{text: text}
	fail := func(format string, args ...any) (Condition, error) {
		return Condition{}, &ParseError{text, fmt.Sprintf(format, args...)}
	}
	for _, term := range terms(text) {
		name, op, value := cutOperator(term)
		switch {
		case op == "":
			return fail("%q is no term; write type=NAME or grows>N", term)
		case slices.Contains(kinds, name):
			if c.kind != "" {
				return fail("one of type=, suspect= and site= at the most")
			}
			if op != "=" || value == "" {
				return fail("%s= takes a name", name)
			}
			c.kind, c.pattern = name, value
		case measures[name] != nil:
			m, err := parseNumber(value)
			if err != "" {
				return fail("%s: %s", term, err)
			}
			if m.percent && !strings.HasPrefix(name, "grows") {
				return fail("%s: only what grows has a percentage of old", term)
			}
			m.name, m.op = name, op
			c.measures = append(c.measures, m)
		default:
			return fail("%q is neither of type, suspect, site nor a measure: %s", name, strings.Join(measureNames(), ", "))
		}
	}
	if len(c.measures) == 0 {
		return fail("no measure, such as grows>1000")
	}
	return c, nil
}

func measureNames() []string {
	names := make([]string, 0, len(measures))
	for name := range measures {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// terms splits at commas that start a new term: type names have commas too.
func terms(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		name, op, _ := cutOperator(part)
		known := op != "" && (slices.Contains(kinds, name) || measures[name] != nil)
		if len(out) > 0 && !known && strings.HasPrefix(out[len(out)-1], "type=") {
			out[len(out)-1] += "," + part
		} else {
			out = append(out, strings.TrimSpace(part))
		}
	}
	return out
}

func cutOperator(term string) (name, op, value string) {
	i := strings.IndexAny(term, "<>=")
	if i < 0 {
		return strings.TrimSpace(term), "", ""
	}
	name, op, value = term[:i], term[i:i+1], term[i+1:]
	if rest, ok := strings.CutPrefix(value, "="); ok && op != "=" {
		op, value = op+"=", rest
	}
	return strings.TrimSpace(name), op, strings.TrimSpace(value)
}

var units = []struct {
	suffix string
	factor float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"B", 1},
}

func parseNumber(s string) (m measure, problem string) {
	num, percent := strings.CutSuffix(s, "%")
	m.percent = percent
	factor := 1.0
	if !percent {
		for _, u := range units {
			if rest, ok := strings.CutSuffix(num, u.suffix); ok {
				num, factor = rest, u.factor
				break
			}
		}
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(num), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return m, fmt.Sprintf("%q is no number", s)
	}
	m.value = v * factor
	return m, ""
}

func (c Condition) String() string { return c.text }

// About is what a condition names: "type", "suspect", "site", or "" for the total.
func (c Condition) About() string { return c.kind }

// NeedsSuspects reports whether the condition is about suspects, which cost
// more to find than types.
func (c Condition) NeedsSuspects() bool { return c.kind == "suspect" }

// Check reports whether a condition holds. All rows that its name matches are
// added up. What says the measured values; matched is how many rows there were:
// with none, the name may be misspelt.
func (c Condition) Check(r *Report) (holds bool, what string, matched int) {
	sum := r.Total
	matched = 1
	if c.kind != "" {
		sum, matched = Row{}, 0
		for _, row := range map[string][]Row{"type": r.Types, "suspect": r.Suspects, "site": r.Sites}[c.kind] {
			if Match(c.pattern, row.Name) || c.kind == "suspect" && Match(c.pattern, row.Alias) {
				matched++
				sum.add(row)
			}
		}
	}
	holds = true
	var said []string
	for _, m := range c.measures {
		now, old := measures[m.name](sum)
		said = append(said, fmt.Sprintf("%s=%.0f", m.name, now-old))
		limit := m.value
		if m.percent {
			limit = old * m.value / 100
		}
		holds = holds && compare(now-old, m.op, limit)
	}
	return holds, strings.Join(said, ", "), matched
}

func (r *Row) add(x Row) {
	for side := range 2 {
		a, b := r.side(side), x.side(side)
		a.Count += b.Count
		a.Bytes += b.Bytes
		a.Retained += b.Retained
	}
}

func compare(v float64, op string, limit float64) bool {
	switch op {
	case ">":
		return v > limit
	case ">=":
		return v >= limit
	case "<":
		return v < limit
	case "<=":
		return v <= limit
	}
	return v == limit
}

// Match reports whether a pattern names a type, site or suspect, as --type does,
// letter case included.
func Match(pattern, name string) bool { return lang.MatchType(pattern, name) > 1 }
