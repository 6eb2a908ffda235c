package ticket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// client speaks to one server with one credential. Proxies and certificates are
// as Go finds them in the environment.
type client struct {
	tracker string // its title, for errors
	base    *url.URL
	sign    func(*http.Request) // adds the credential; nil for questions without
	http    *http.Client
	wait    func(context.Context, time.Duration) error // between tries
	advise  func(e *Error, h http.Header)              // fills in what to do
}

// request is one question to a tracker.
type request struct {
	doing       string // for errors: "reading the issue"
	method      string
	path        string // below base, escaped; or a whole URL on the same host
	query       url.Values
	header      map[string]string
	body        []byte
	contentType string
	json        any  // body and its type, instead
	once        bool // never tried again, whatever happens
	host        string
	accept      int // the status that is not an error; 0 is any of 200 to 299
}

// answer is what a tracker said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// The patience with a server. Most of the time goes into uploads.
const (
	readTimeout  = 30 * time.Second
	writeTimeout = 2 * time.Minute
	longestPause = time.Minute // a longer Retry-After is for the user to wait out
	mostTries    = 3
	mostBytes    = 32 << 20 // of an answer
)

func newClient(base *url.URL) *client {
	c := &client{base: base, wait: pause}
	c.http = &http.Client{CheckRedirect: func(r *http.Request, via []*http.Request) error {
		first := via[0]
		if len(via) > 5 || first.Method != http.MethodGet || r.URL.Host != first.URL.Host || r.URL.Scheme != first.URL.Scheme {
			return http.ErrUseLastResponse // the credential stays with the host of the URL
		}
		return nil
	}}
	return c
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// ask sends a request, as often as that is harmless, and decodes the answer's
// JSON into out (nil: there is none of interest).
func (c *client) ask(ctx context.Context, r request, out any) (*answer, error) {
	if r.json != nil {
		body, err := json.Marshal(r.json)
		if err != nil {
			return nil, err
		}
		r.body, r.contentType = body, "application/json"
	}
	if r.method == "" {
		r.method = http.MethodGet
	}
	for try := 1; ; try++ {
		a, err := c.once(ctx, r)
		if err == nil {
			if out == nil {
				return a, nil
			}
			return a, c.decode(r, a, out)
		}
		d, again := repeat(r, a, err, try)
		if !again || ctx.Err() != nil {
			return a, err
		}
		if c.wait(ctx, d) != nil {
			return a, err
		}
	}
}

// repeat says whether to try again and after how long. A server that asks to
// come back did nothing; of other failures only what reads, or what can be said
// twice, is said again.
func repeat(r request, a *answer, err error, try int) (time.Duration, bool) {
	if r.once || try == mostTries {
		return 0, false
	}
	backoff := time.Duration(try) * time.Second
	if a != nil {
		if d, asked := retryAfter(a); asked {
			return d, d <= longestPause
		}
		if a.status == http.StatusTooManyRequests {
			return backoff, true
		}
	}
	if r.method == http.MethodPost {
		return 0, false
	}
	return backoff, a == nil && !errors.Is(err, errRedirect) || a != nil && a.status >= 500
}

// retryAfter reads how long a server wants to be left alone: seconds or a date.
func retryAfter(a *answer) (time.Duration, bool) {
	switch a.status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusForbidden:
	default:
		return 0, false
	}
	v := a.header.Get("Retry-After")
	if n, err := strconv.Atoi(v); err == nil && n >= 0 {
		return time.Duration(n) * time.Second, true
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(0, time.Until(t)), true
	}
	return 0, false
}

var errRedirect = errors.New("the server sends us elsewhere")

// once sends a request one time.
func (c *client) once(ctx context.Context, r request) (*answer, error) {
	timeout := readTimeout
	if r.method != http.MethodGet {
		timeout = writeTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.unheard(r, timeout, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostBytes))
	if err != nil {
		return nil, c.unheard(r, timeout, err)
	}
	a := &answer{resp.StatusCode, resp.Header, body}
	switch {
	case a.status >= 300 && a.status < 400:
		return a, c.redirected(r, a)
	case r.accept != 0 && a.status == r.accept, r.accept == 0 && a.status >= 200 && a.status < 300:
		return a, nil
	}
	return a, c.refused(r, a)
}

func (c *client) request(ctx context.Context, r request) (*http.Request, error) {
	u := *c.base
	if strings.Contains(r.path, "://") {
		whole, err := url.Parse(r.path)
		if err != nil {
			return nil, err
		}
		if whole.Host != c.base.Host || whole.Scheme != c.base.Scheme {
			return nil, &Error{Tracker: c.tracker, Doing: r.doing, Words: "the next page is said to be on another host", Err: errRedirect}
		}
		u = *whole
	} else {
		raw := strings.TrimSuffix(u.EscapedPath(), "/") + r.path
		path, err := url.PathUnescape(raw)
		if err != nil {
			return nil, err
		}
		u.Path, u.RawPath = path, raw
		u.RawQuery = r.query.Encode()
	}
	if r.host != "" {
		u.Host = r.host
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "refgraph")
	req.Header.Set("Accept", "application/json")
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	for k, v := range r.header {
		req.Header.Set(k, v)
	}
	if c.sign != nil {
		c.sign(req)
	}
	return req, nil
}

func (c *client) decode(r request, a *answer, out any) error {
	err := json.Unmarshal(a.body, out)
	if err == nil {
		return nil
	}
	e := &Error{Tracker: c.tracker, Doing: r.doing, Status: a.status, Words: "the answer is not the JSON that was expected",
		Advice: "a proxy or a login page may stand before the tracker; open the URL in a browser, and check --tracker"}
	return e
}

// unheard is the error for a request without an answer.
func (c *client) unheard(r request, timeout time.Duration, err error) error {
	var where *url.Error
	if errors.As(err, &where) {
		err = where.Err // without the URL
	}
	e := &Error{Tracker: c.tracker, Doing: r.doing, Err: err, Advice: "is the server there? proxies are taken from HTTPS_PROXY, certificates from SSL_CERT_FILE and the system; run it again, nothing is done twice"}
	if errors.Is(err, context.DeadlineExceeded) {
		e.Words = fmt.Sprintf("no answer within %s", timeout)
	}
	return e
}

func (c *client) redirected(r request, a *answer) error {
	to := "elsewhere"
	if u, err := url.Parse(a.header.Get("Location")); err == nil && u.Host != "" {
		to = "to " + u.Scheme + "://" + u.Host
	} else if err == nil && u.Path != "" {
		to = "to " + u.Path
	}
	return &Error{Tracker: c.tracker, Doing: r.doing, Status: a.status, Words: "the server sends us " + clean(to, longest), Err: errRedirect,
		Advice: "the credential is sent to the host of the URL only: give the URL that the browser ends up at"}
}

func (c *client) refused(r request, a *answer) error {
	e := &Error{Tracker: c.tracker, Doing: r.doing, Status: a.status, Words: spoken(a.header.Get("Content-Type"), a.body)}
	e.Advice = advice(a)
	if c.advise != nil {
		c.advise(e, a.header)
	}
	return e
}

// advice is what to do about a status, where the tracker's file knows no better.
func advice(a *answer) string {
	if d, ok := retryAfter(a); ok {
		return fmt.Sprintf("the tracker wants to be left alone: try again after %s", d.Round(time.Second))
	}
	switch {
	case a.status == http.StatusUnauthorized:
		return "the credential is wrong or has expired; refgraph ticket --help says where it is looked for"
	case a.status == http.StatusForbidden:
		return "the credential has not the right to do this"
	case a.status == http.StatusNotFound:
		return "check the URL; trackers also say this of what the credential may not see"
	case a.status == http.StatusRequestEntityTooLarge:
		return "the file is too large for the tracker or a proxy before it: --max-nodes makes a smaller picture"
	case a.status == http.StatusTooManyRequests:
		return "too many requests: try again in some minutes"
	case a.status == http.StatusMethodNotAllowed || a.status == http.StatusNotAcceptable || a.status == http.StatusUnsupportedMediaType:
		return "a proxy may change what is sent, or this is another tracker than it looks: check --tracker, and the same from another network"
	case a.status >= 400 && a.status < 500:
		return "its own words, if there are any, say what it misses; the project may have rules of its own: try the same by hand in a browser"
	case a.status >= 500:
		return "the tracker has trouble of its own: run it again later, nothing is done twice"
	}
	return ""
}

// form is one file in a multipart form.
func form(field string, f *File) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="%s"; filename="%s"`, field, f.Name))
	h.Set("Content-Type", f.Type)
	part, err := w.CreatePart(h)
	if err == nil {
		_, err = part.Write(f.Data)
	}
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), w.FormDataContentType(), err
}
