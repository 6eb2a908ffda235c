package ticket

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The exchanges in testdata/exchanges are played by a server that refuses
// anything else. A file is a list of scenarios; the lines of one:
//
//	@short X/ URL         X/ stands for the URL
//	@define NAME          what follows, up to an empty line, is had again by @use NAME
//	@scenario NAME
//	@url URL              of the issue or the project
//	@cred SECRET [USER]
//	@always HEADER: VALUE that every request has to have
//	@run WHAT             post, grow, resolve, new: what is done; see TestExchanges
//	> METHOD URL          the request that must come now; the query in any order
//	> HEADER: VALUE       that it must have
//	> json JSON           its body; "*" is any text, "*~X" one that contains X, "$c" the comment's, which is kept
//	> form FIELD NAME TYPE    its body: one file
//	> bytes               its body: anything but nothing
//	< STATUS              the answer
//	< HEADER: VALUE
//	< BODY                with $c for the comment that was kept, as JSON
//	= RESULT              of the run: what was done, then the error and the hint
//
// {png} stands for eight hex digits, the same each time; so do {a} to {z}.
type scenario struct {
	name, url, secret, user string
	always                  [][2]string
	runs                    []*scenarioRun
}

type scenarioRun struct {
	what      string
	exchanges []*exchange
	result    []string
}

type exchange struct {
	line         int
	method, url  string
	header       [][2]string
	json         string
	form         []string
	bytes        bool
	status       int
	answerHeader [][2]string
	answer       string
}

// readScenarios parses a file of exchanges.
func readScenarios(t *testing.T, file string) (all []*scenario) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var s *scenario
	var run *scenarioRun
	var x *exchange
	lines, shorts := expand(strings.Split(string(data), "\n"))
	for i, line := range lines {
		word, rest, _ := strings.Cut(line, " ")
		name, value, isHeader := strings.Cut(rest, ": ")
		isHeader = isHeader && regexp.MustCompile(`^[A-Z][A-Za-z-]+$`).MatchString(name)
		switch {
		case word == "" || strings.HasPrefix(word, "#"):
		case word == "@scenario":
			s = &scenario{name: rest}
			if len(all) > 0 { // the rest is the first one's, unless it says otherwise
				s.url, s.secret, s.user, s.always = all[0].url, all[0].secret, all[0].user, all[0].always
			}
			all, run, x = append(all, s), nil, nil
		case word == "@url":
			s.url = rest
		case word == "@cred":
			s.secret, s.user, _ = strings.Cut(rest, " ")
		case word == "@always" && isHeader:
			s.always = append(s.always[:len(s.always):len(s.always)], [2]string{name, value})
		case word == "@never":
			s.always = nil
		case word == "@run":
			run = &scenarioRun{what: rest}
			s.runs = append(s.runs, run)
		case word == ">" && (x == nil || x.status != 0 || len(run.exchanges) == 0):
			method, u, ok := strings.Cut(rest, " ")
			if !ok {
				t.Fatalf("%s:%d: no request", file, i+1)
			}
			x = &exchange{line: i + 1, method: method, url: shorts.Replace(u)}
			run.exchanges = append(run.exchanges, x)
		case word == ">" && isHeader:
			x.header = append(x.header, [2]string{name, value})
		case word == ">" && strings.HasPrefix(rest, "json "):
			x.json = rest[5:]
		case word == ">" && strings.HasPrefix(rest, "form "):
			x.form = strings.Fields(rest[5:])
		case word == ">" && rest == "bytes":
			x.bytes = true
		case word == "<" && x.status == 0:
			if x.status, err = strconv.Atoi(rest); err != nil {
				t.Fatalf("%s:%d: %v", file, i+1, err)
			}
		case word == "<" && isHeader && x.answer == "":
			x.answerHeader = append(x.answerHeader, [2]string{name, value})
		case word == "<":
			x.answer += rest
		case word == "=":
			run.result = append(run.result, rest)
		default:
			t.Fatalf("%s:%d: %q", file, i+1, line)
		}
	}
	return all
}

// expand carries out @use and collects what @short says.
func expand(lines []string) ([]string, *strings.Replacer) {
	var out, shorts []string
	defined, name := map[string][]string{}, ""
	var add func(string)
	add = func(line string) {
		word, rest, _ := strings.Cut(line, " ")
		short, long, _ := strings.Cut(rest, " ")
		switch {
		case word == "@define":
			name = rest
		case word == "@short":
			shorts = append(shorts, short, long)
		case line == "":
			name = ""
		case name != "":
			defined[name] = append(defined[name], line)
		case word == "@use":
			for _, l := range defined[rest] {
				add(l)
			}
		default:
			out = append(out, line)
		}
	}
	for _, line := range lines {
		add(line)
	}
	return out, strings.NewReplacer(shorts...)
}

// player answers as a scenario says.
type player struct {
	t      *testing.T
	file   string
	s      *scenario
	server *httptest.Server

	mu   sync.Mutex
	next []*exchange
	kept string            // the comment
	vars map[string]string // {png}
}

func newPlayer(t *testing.T, file string, s *scenario) *player {
	p := &player{t: t, file: file, s: s, vars: map[string]string{}}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	return p
}

// RoundTrip sends every request to the player, whatever host it is for.
func (p *player) RoundTrip(r *http.Request) (*http.Response, error) {
	own := r.Clone(r.Context())
	own.Host = r.URL.Host
	own.Header.Set("Test-Scheme", r.URL.Scheme)
	own.URL.Scheme, own.URL.Host = "http", p.server.Listener.Addr().String()
	return http.DefaultTransport.RoundTrip(own)
}

func (p *player) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	got := r.Method + " " + r.Header.Get("Test-Scheme") + "://" + r.Host + r.URL.RequestURI()
	if len(p.next) == 0 {
		p.t.Errorf("%s: nothing more is expected, but %s", p.s.name, got)
		w.WriteHeader(599)
		return
	}
	x := p.next[0]
	p.next = p.next[1:]
	if err := p.matches(x, r, body); err != nil {
		p.t.Errorf("%s:%d: %v\ngot %s", p.file, x.line, err, got)
		p.next = nil
		w.WriteHeader(599)
		return
	}
	for _, h := range x.answerHeader {
		w.Header().Set(h[0], h[1])
	}
	kept, _ := json.Marshal(p.kept)
	answer := strings.ReplaceAll(x.answer, "$c", string(kept))
	for name, v := range p.vars {
		answer = strings.ReplaceAll(answer, "{"+name+"}", v)
	}
	w.WriteHeader(x.status)
	_, _ = io.WriteString(w, answer)
}

// matches compares a request with what must come.
func (p *player) matches(x *exchange, r *http.Request, body []byte) error {
	want, err := url.Parse(x.url)
	if err != nil {
		return err
	}
	if r.Method != x.method || r.Header.Get("Test-Scheme") != want.Scheme || r.Host != want.Host || !p.like(rawPath(x.url), r.URL.EscapedPath()) {
		return fmt.Errorf("want %s %s", x.method, x.url)
	}
	has, wants := r.URL.Query(), want.Query()
	for k := range wants {
		if len(has[k]) != 1 || !p.like(wants.Get(k), has.Get(k)) {
			return fmt.Errorf("query %s is %q, want %q", k, has[k], wants[k])
		}
		has.Del(k)
	}
	if len(has) > 0 {
		return fmt.Errorf("query has %v", has)
	}
	for _, h := range append(p.s.always[:len(p.s.always):len(p.s.always)], x.header...) {
		if got := r.Header.Get(h[0]); got != h[1] {
			return fmt.Errorf("header %s is %q, want %q", h[0], got, h[1])
		}
	}
	return p.matchesBody(x, r, body)
}

// rawPath is the path of a URL as it is written.
func rawPath(u string) string {
	u, _, _ = strings.Cut(u, "?")
	_, path, _ := strings.Cut(u, "://")
	return path[strings.IndexByte(path, '/'):]
}

func (p *player) matchesBody(x *exchange, r *http.Request, body []byte) error {
	switch {
	case x.json != "":
		if r.Header.Get("Content-Type") != "application/json" {
			return fmt.Errorf("content type %s", r.Header.Get("Content-Type"))
		}
		var got, want any
		if err := json.Unmarshal(body, &got); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(x.json), &want); err != nil {
			return fmt.Errorf("the test's own JSON: %w", err)
		}
		return p.same("", got, want)
	case x.form != nil:
		return p.oneFile(x, r, body)
	case x.bytes:
		if len(body) == 0 || r.ContentLength != int64(len(body)) {
			return fmt.Errorf("%d bytes, length said %d", len(body), r.ContentLength)
		}
		return nil
	case len(body) > 0:
		return fmt.Errorf("body %q", body)
	}
	return nil
}

func (p *player) oneFile(x *exchange, r *http.Request, body []byte) error {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return fmt.Errorf("content type %q", r.Header.Get("Content-Type"))
	}
	form := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	part, err := form.NextPart()
	if err != nil {
		return err
	}
	data, _ := io.ReadAll(part)
	if part.FormName() != x.form[0] || !p.like(x.form[1], part.FileName()) || part.Header.Get("Content-Type") != x.form[2] || len(data) == 0 {
		return fmt.Errorf("file %s %s %s of %d bytes, want %v", part.FormName(), part.FileName(), part.Header.Get("Content-Type"), len(data), x.form)
	}
	if _, err := form.NextPart(); err != io.EOF {
		return fmt.Errorf("more than one file")
	}
	return nil
}

var placeholder = regexp.MustCompile(`\\\{([a-z]+)\\\}`)

// like compares texts, of which the pattern may have {png}.
func (p *player) like(pattern, got string) bool {
	pattern = strings.NewReplacer("%7B", "{", "%7D", "}").Replace(pattern)
	var names []string
	expr := placeholder.ReplaceAllStringFunc(regexp.QuoteMeta(pattern), func(m string) string {
		name := strings.Trim(m, `\{}`)
		if v, ok := p.vars[name]; ok {
			return v
		}
		names = append(names, name)
		return "([0-9a-f]{8})"
	})
	m := regexp.MustCompile("^" + expr + "$").FindStringSubmatch(got)
	if m == nil {
		return false
	}
	for i, name := range names {
		p.vars[name] = m[i+1]
	}
	return true
}

// same compares JSON.
func (p *player) same(where string, got, want any) error {
	switch want := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(want) {
			return fmt.Errorf("%s is %v, want %v", where, got, want)
		}
		for k := range want {
			if err := p.same(path.Join(where, k), g[k], want[k]); err != nil {
				return err
			}
		}
		return nil
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(want) {
			return fmt.Errorf("%s is %v, want %v", where, got, want)
		}
		for i := range want {
			if err := p.same(fmt.Sprintf("%s[%d]", where, i), g[i], want[i]); err != nil {
				return err
			}
		}
		return nil
	case string:
		g, ok := got.(string)
		part, contains := strings.CutPrefix(want, "*~")
		switch {
		case !ok:
		case want == "$c":
			p.kept = g
			return nil
		case want == "*" || contains && strings.Contains(g, p.fill(part)) || p.like(want, g):
			return nil
		}
		return fmt.Errorf("%s is %v, want %s", where, got, p.fill(want))
	}
	if got != want {
		return fmt.Errorf("%s is %v, want %v", where, got, want)
	}
	return nil
}

func (p *player) fill(s string) string {
	for name, v := range p.vars {
		s = strings.ReplaceAll(s, "{"+name+"}", v)
	}
	return s
}
