// Command cutload loads a server over loopback, says "ready" and holds what it has
// open until its input ends:
//
//	cutload etcd URL        100,000 keys and 2,000 watchers of one stream, over the gateway
//	cutload caddy ADDRESS   600 connections that were asked once and are kept
//	cutload metrics ADDRESS serves 20,000 series to be scraped
package main

import (
	"bufio"
	"encoding/base64"
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
	in, out := io.Pipe()
	res := make(chan *http.Response)
	go func() {
		r, err := http.Post(url+"/v3/watch", "application/json", in)
		if err != nil {
			log.Fatal(err)
		}
		res <- r
	}()
	enc := json.NewEncoder(out)
	go func() {
		for i := range 2000 {
			if err := enc.Encode(object{"create_request": object{"key": key(i)}}); err != nil {
				log.Fatal(err)
			}
		}
	}()
	lines := bufio.NewScanner((<-res).Body)
	for range 2000 { // each is answered when it watches
		if !lines.Scan() {
			return fmt.Errorf("watch ended: %w", lines.Err())
		}
	}
	return nil
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
