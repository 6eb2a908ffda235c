package ticket

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Recognise finds out what tracker a URL is of: from its host, else from its
// path, else by asking the server (without a credential). name is what the user
// said (--tracker); empty if nothing. With offline nothing is asked. The error is
// a [UsageError] where the URL is none of an issue (or a project).
func Recognise(ctx context.Context, raw, name string, offline bool) (Place, error) {
	u, err := parseURL(raw)
	if err != nil {
		return Place{}, err
	}
	path := strings.Trim(u.EscapedPath(), "/")
	var maybe []Place
	known := false
	for _, k := range Kinds() {
		if name != "" && k.Name != name {
			continue
		}
		p, prefix, sure, ok := k.Parse(path)
		if k.Host != nil && k.Host(u.Hostname()) {
			known = true
			if !ok {
				return Place{}, notAnIssue(raw, k)
			}
			sure = true
		}
		if !ok {
			continue
		}
		p.Kind, p.Base = k, &url.URL{Scheme: u.Scheme, Host: u.Host}
		if prefix != "" {
			p.Base = p.Base.JoinPath(prefix)
		}
		if sure || name != "" {
			return p, nil
		}
		maybe = append(maybe, p)
	}
	switch {
	case name != "" && !slices.Contains(KindNames(), name):
		return Place{}, &UsageError{fmt.Sprintf("no tracker %q", name), "--tracker is one of " + strings.Join(KindNames(), ", ")}
	case len(maybe) == 0 || known:
		return Place{}, notAnIssue(raw, nil)
	case offline && len(maybe) == 1:
		return maybe[0], nil
	case offline:
		return Place{}, &UsageError{"the URL does not tell which tracker it is of, and --dry-run asks no server", "say --tracker " + strings.Join(namesOf(maybe), ", ")}
	}
	return probe(ctx, maybe)
}

// probe asks the server which of the trackers it is.
func probe(ctx context.Context, maybe []Place) (Place, error) {
	var last error
	for _, p := range maybe {
		c := newClient(p.Base)
		c.tracker = p.Base.Host
		a, err := c.once(ctx, request{doing: "asking which tracker it is", path: p.Kind.Probe, header: map[string]string{"Accept": "*/*"}})
		if a != nil && p.Kind.Confirm(a) {
			return p, nil
		}
		if a == nil {
			last = err
		}
		if ctx.Err() != nil {
			return Place{}, ctx.Err()
		}
	}
	if last != nil {
		return Place{}, last
	}
	return Place{}, &UsageError{maybe[0].Base.Host + " does not say which tracker it is", "say --tracker " + strings.Join(namesOf(maybe), ", ")}
}

func namesOf(list []Place) []string {
	var out []string
	for _, p := range list {
		if !slices.Contains(out, p.Kind.Name) {
			out = append(out, p.Kind.Name)
		}
	}
	return out
}

// KindNames are the names that --tracker takes.
func KindNames() []string {
	var out []string
	for _, k := range Kinds() {
		out = append(out, k.Name)
	}
	return out
}

func notAnIssue(raw string, k *Kind) error {
	what := "of no issue that refgraph knows"
	if k != nil {
		what = "of " + k.Title + ", but of no issue there"
	}
	return &UsageError{"the URL is " + what, "give the URL as the browser shows it for the issue (or, with --new, for the project); --tracker " + strings.Join(KindNames(), ", ") + " says which tracker it is"}
}

// parseURL refuses what a credential must not be sent to.
func parseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme == "" {
		return nil, &UsageError{"not a URL: " + clean(raw, longest), "refgraph ticket URL DUMP: the URL as the browser shows it, with https://"}
	}
	if u.User != nil {
		return nil, &UsageError{"the URL has a password in it", "credentials come from the environment: refgraph ticket --help"}
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, &UsageError{"a credential is sent by https only, not by " + u.Scheme, "give the URL with https://"}
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// numeric reports whether a part of a path is the number of an issue.
func numeric(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != "" && len(s) < 12
}
