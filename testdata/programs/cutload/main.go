// Command cutload loads a server over loopback, says "ready" and holds what it has
// open until its input ends:
//
//	cutload etcd URL        100,000 keys and 2,000 watchers of one stream
//	cutload caddy ADDRESS   600 connections that were asked once and are kept
//	cutload metrics ADDRESS serves 20,000 series to be scraped
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: cutload etcd|caddy|metrics WHERE")
	}
	do := map[string]func(string) error{"etcd": etcd, "caddy": caddy, "metrics": metrics}[os.Args[1]]
	if do == nil {
		log.Fatalf("no %q", os.Args[1])
	}
	if err := do(os.Args[2]); err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func key(i int) string { return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "key/%08d", i)) }

type object map[string]any

func etcd(url string) error {
	for i := range 1000 {
		var puts []object
		for k := range 100 {
			puts = append(puts, object{"request_put": object{"key": key(100*i + k), "value": key(i)}})
		}
		body, err := json.Marshal(object{"success": puts})
		if err != nil {
			return err
		}
		res, err := http.Post(url+"/v3/kv/txn", "application/json", strings.NewReader(string(body)))
		if err != nil {
			return err
		}
		answer, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != 200 {
			return fmt.Errorf("%s: %s", res.Status, answer)
		}
	}
	return watch(url, 2000)
}

// watch makes watchers of one gRPC stream, over HTTP/2 without TLS. A request over
// the gateway would not do: its HTTP/1 server reads all of it before it answers.
func watch(url string, n int) error {
	in, out := io.Pipe()
	req, err := http.NewRequest("POST", url+"/etcdserverpb.Watch/Watch", in)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/grpc")
	req.Header.Set("TE", "trailers")
	t := &http.Transport{Protocols: &http.Protocols{}}
	t.Protocols.SetUnencryptedHTTP2(true)
	go func() {
		for i := range n {
			if _, err := out.Write(message(field(1, field(1, fmt.Appendf(nil, "key/%08d", i))))); err != nil {
				log.Fatal(err)
			}
		}
	}()
	res, err := t.RoundTrip(req)
	if err != nil {
		return err
	}
	for range n { // each is answered when it watches
		var head [5]byte
		if _, err := io.ReadFull(res.Body, head[:]); err != nil {
			return fmt.Errorf("watch ended: %w, %s", err, res.Trailer.Get("Grpc-Message"))
		}
		if _, err := io.CopyN(io.Discard, res.Body, int64(binary.BigEndian.Uint32(head[1:]))); err != nil {
			return err
		}
	}
	return nil
}

// message is a message of gRPC, which is not compressed.
func message(b []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(b))), b...)
}

// field is a field of a message of protocol buffers that is bytes or a message.
func field(number byte, b []byte) []byte {
	return append([]byte{number<<3 | 2, byte(len(b))}, b...)
}

func caddy(address string) error {
	for range 600 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", address); err != nil {
			return err
		}
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, res.Body)
		kept = append(kept, c)
	}
	return nil
}

// kept are the connections that stay open.
var kept []net.Conn

func metrics(address string) error {
	lis, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	go func() {
		_ = http.Serve(lis, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for i := range 20_000 {
				_, _ = fmt.Fprintf(w, "load_%d{path=\"/p%d\"} %d\n", i%50, i, i)
			}
		}))
	}()
	return nil
}
