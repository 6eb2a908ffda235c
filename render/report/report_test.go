package report_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/internal/sample"
	"github.com/refgraph/refgraph/render/report"
	"github.com/refgraph/refgraph/render/view"
)

func write(t *testing.T, r *report.Report, o *draw.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(context.Background(), &b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReportStandsAlone(t *testing.T) {
	page := write(t, sample.Report(400), nil)
	for _, want := range []string{"leak.heapdump", "go1.26.8", "*main.Cache holds 93 %", "accumulation point", "pkg/a.Type0", "a record was cut short",
		"older.heapdump", "From the executable", "× 493 more", "What dominates the heap", "12 types with less memory", "hidden"} {
		if !strings.Contains(page, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	bare := strings.ReplaceAll(page, `xmlns="http://www.w3.org/2000/svg"`, "")
	for _, bad := range []string{"http:", "https:", "//cdn", "<link", "<img", "<iframe", "@import", "url(", " style=", " onclick", "</svg><script>alert"} {
		if strings.Contains(bare, bad) {
			t.Errorf("the report has %q", bad)
		}
	}
	if n := len(page); n > report.MaxSize {
		t.Errorf("%d bytes", n)
	}
	if page != write(t, sample.Report(400), nil) {
		t.Error("the same report gives other bytes")
	}
}

// TestPolicyAllowsWhatIsThere computes the hashes again from the page.
func TestPolicyAllowsWhatIsThere(t *testing.T) {
	page := write(t, sample.Report(3), nil)
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if policy == nil || strings.Contains(policy[1], "unsafe") || !strings.Contains(policy[1], "default-src &#39;none&#39;") {
		t.Fatalf("policy %q", policy)
	}
	allowed := strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(policy[1])
	for _, tag := range []string{"style", "script"} {
		found := regexp.MustCompile(`(?s)<`+tag+`>(.*?)</`+tag+`>`).FindAllStringSubmatch(page, -1)
		if len(found) != 1 {
			t.Fatalf("%d %s elements", len(found), tag)
		}
		h := sha256.Sum256([]byte(found[0][1]))
		if want := tag + "-src 'sha256-" + base64.StdEncoding.EncodeToString(h[:]) + "'"; !strings.Contains(allowed, want) {
			t.Errorf("the policy %s lacks %s", allowed, want)
		}
	}
}

func TestIDsAreUnique(t *testing.T) {
	page := write(t, sample.Report(10), nil)
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if seen[m[1]] {
			t.Errorf("id %q twice", m[1])
		}
		seen[m[1]] = true
	}
	for _, m := range regexp.MustCompile(` data-box="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !seen[m[1]] {
			t.Errorf("no box %q", m[1])
		}
	}
}

func TestHugeReportsFit(t *testing.T) {
	r := sample.Report(5000)
	for i := range r.Types {
		r.Types[i].Name = strings.Repeat(r.Types[i].Name, 200)
		r.Changes[i].Name = r.Types[i].Name
	}
	for range 40 {
		r.Pictures = append(r.Pictures, report.Picture{Title: strings.Repeat("p", 1<<16), View: sample.Service(300)})
	}
	page := write(t, r, &draw.Options{Options: view.Options{MaxNodes: 300}})
	if len(page) > report.MaxSize {
		t.Errorf("%d bytes", len(page))
	}
	if !strings.Contains(page, "Left out:") {
		t.Error("what was left out is not said")
	}
}

func TestHostileReport(t *testing.T) {
	r := sample.Report(0)
	for _, s := range sample.Hostile {
		r.Title, r.Against = s, s
		r.Summary = append(r.Summary, s)
		r.Types = append(r.Types, report.Type{Name: s})
		r.Changes = append(r.Changes, report.Change{Name: s})
		r.Warnings = append(r.Warnings, report.Warning{Where: s, What: s, Effect: s})
		r.Suspects[0].Title, r.Suspects[0].Verdict, r.Suspects[0].Reason, r.Suspects[0].Type = s, s, s, s
		r.Dominators = append(r.Dominators, view.Block{ID: s, Name: s, Note: s, Retained: 1 << 20})
	}
	r.Suspects[0].View = sample.HostileView()
	page := write(t, r, nil)
	if n := strings.Count(page, "<script"); n != 1 {
		t.Errorf("%d scripts", n)
	}
	if strings.ContainsAny(page, "\x00\x1b\u202e\u2066") || !strings.Contains(page, "alert(1)") {
		t.Error("control characters came through, or a name is lost")
	}
}

func TestRedactedReport(t *testing.T) {
	page := write(t, sample.Report(3), &draw.Options{Options: view.Options{Redact: regexp.MustCompile(`Cache|Session`)}})
	for _, secret := range []string{"main.Cache", "main.Session"} {
		if strings.Contains(page, secret) {
			t.Errorf("the report shows %s", secret)
		}
	}
}

func TestEmptyReport(t *testing.T) {
	page := write(t, &report.Report{Title: "Heap of empty"}, nil)
	for _, bad := range []string{"Leak suspects</h2>", "<svg", "Warnings</h2>"} {
		if strings.Contains(page, bad) {
			t.Errorf("an empty report has %q", bad)
		}
	}
}
