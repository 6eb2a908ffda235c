package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// maxMessage is the largest message of the inspector that is taken, in bytes; pieces
// of a snapshot have about 100,000 characters.
const maxMessage = 64 << 20

// shortly bounds what the process does at once.
const shortly = 5 * time.Second

// get asks the inspector's HTTP server.
func get(ctx context.Context, address, path string, to any) error {
	ctx, cancel := context.WithTimeout(ctx, shortly)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answers %s", capture.Clean(res.Status))
	}
	return json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(to)
}

// isInspector reports whether an address is an inspector of Node's.
func isInspector(ctx context.Context, address string) bool {
	var version struct{ Browser string }
	return get(ctx, address, "/json/version", &version) == nil && strings.HasPrefix(version.Browser, "node.js/")
}

// client is a connection to an inspector.
type client struct {
	ws   *websocket.Conn
	last int
}

// dial connects to the first target of an inspector.
func dial(ctx context.Context, address string) (*client, error) {
	address = strings.TrimPrefix(strings.TrimPrefix(address, "http://"), "ws://")
	address, _, _ = strings.Cut(address, "/")
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, &capture.Refusal{Why: fmt.Sprintf("%s is no address", capture.Clean(address)), Advice: "give HOST:PORT, such as 127.0.0.1:9229"}
	}
	var targets []struct {
		URL string `json:"webSocketDebuggerUrl"`
	}
	if err := get(ctx, address, "/json/list", &targets); err != nil {
		return nil, &capture.Refusal{Why: fmt.Sprintf("no inspector answers at %s", capture.Clean(address)), Advice: "see that the process was started with --inspect, and where it listens", Cause: err}
	}
	if len(targets) == 0 || targets[0].URL == "" {
		return nil, &capture.Refusal{Why: fmt.Sprintf("the inspector at %s has no target to connect to", capture.Clean(address)), Advice: "another debugger may be connected: end it first"}
	}
	u, err := url.Parse(targets[0].URL)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, shortly)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, "ws://"+address+u.Path, &websocket.DialOptions{HTTPClient: &http.Client{Transport: &http.Transport{}}, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return nil, fmt.Errorf("connecting to the inspector at %s: %w", capture.Clean(address), err)
	}
	ws.SetReadLimit(maxMessage)
	return &client{ws: ws}, nil
}

func (c *client) close() { _ = c.ws.CloseNow() }

// message is one of the inspector's.
type message struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
	Result json.RawMessage `json:"result"`
}

// call sends a command and waits for its answer; events go to on.
func (c *client) call(ctx context.Context, method string, params map[string]any, on func(m *message) error) (json.RawMessage, error) {
	c.last++
	b, err := json.Marshal(map[string]any{"id": c.last, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	if err := c.ws.Write(ctx, websocket.MessageText, b); err != nil {
		return nil, err
	}
	for {
		_, b, err := c.ws.Read(ctx)
		if err != nil {
			return nil, fmt.Errorf("the inspector went away: %w", err)
		}
		var m message
		if err := json.Unmarshal(b, &m); err != nil {
			return nil, fmt.Errorf("message of the inspector: %w", err)
		}
		switch {
		case m.ID == c.last && m.Error != nil:
			return nil, fmt.Errorf("%s: %s", method, capture.Clean(m.Error.Message))
		case m.ID == c.last:
			return m.Result, nil
		case m.ID == 0 && on != nil:
			if err := on(&m); err != nil {
				return nil, err
			}
		}
	}
}

// snapshot takes a snapshot and writes it as it comes.
func (c *client) snapshot(ctx context.Context, w io.Writer) (n int64, err error) {
	var end []byte
	_, err = c.call(ctx, "HeapProfiler.takeHeapSnapshot", map[string]any{"reportProgress": false}, func(m *message) error {
		if m.Method != "HeapProfiler.addHeapSnapshotChunk" {
			return nil
		}
		var p struct{ Chunk string }
		if err := json.Unmarshal(m.Params, &p); err != nil {
			return err
		}
		k, err := io.WriteString(w, p.Chunk)
		n += int64(k)
		if p.Chunk != "" {
			end = append(end[:0], p.Chunk[max(0, len(p.Chunk)-8):]...)
		}
		return err
	})
	if err == nil && !bytes.HasSuffix(bytes.TrimSpace(end), []byte("}")) {
		err = errors.New("the snapshot has no end")
	}
	return n, err
}

// shut closes the inspector, and sees that nothing answers any more.
func (c *client) shut(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 6*shortly)
	defer cancel()
	const statement = `(process.getBuiltinModule ? process.getBuiltinModule('inspector') : require('inspector')).close()`
	_, err := c.call(ctx, "Runtime.evaluate", map[string]any{"expression": statement, "includeCommandLineAPI": true}, nil)
	for range 20 {
		if !isInspector(ctx, address) {
			return nil // it goes away before it answers
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err == nil {
		err = errors.New("it still answers")
	}
	return err
}
