package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// TestSecondRunSaysTheSame compares what commands say of a dump that is read, of
// the same dump when it is known, and when the answer is.
func TestSecondRunSaysTheSame(t *testing.T) {
	exe := buildLeaks(t)
	dump := leaksDump(t, exe, "cache,queue,list")
	run := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := (&app{out: &out, err: &errs}).run(t.Context(), append([]string{args[0], dump, "--exe", exe, "-q"}, args[1:]...)); code != exitOK {
			t.Fatalf("refgraph %s: exit %d\n%s", strings.Join(args, " "), code, errs.String())
		}
		return out.String()
	}
	addr := regexp.MustCompile(`"object": "(0x[0-9a-f]+)"`).FindStringSubmatch(run("paths", "--type", "main.profile", "--json"))
	for _, command := range []string{
		"info", "top", "top --by retained", "top --all", "suspects", "paths --type main.profile", "paths --type string --raw",
		"paths --type string", "paths --type string -n 0", "dominators", "dominators --objects", "cycles", "cycles -n 3", "backrefs --type main.server", "refs --type main.server",
		"object -n 3 " + addr[1], "object " + addr[1],
	} {
		for _, flag := range []string{"", " --json"} {
			args := strings.Fields(command + flag)
			want := run(append(args, "--no-cache")...)
			for _, when := range []string{"known", "answered"} {
				if got := run(args...); got != want {
					t.Errorf("refgraph %s, %s:\n%s\nwant\n%s", strings.Join(args, " "), when, got, want)
				}
			}
		}
	}
}
