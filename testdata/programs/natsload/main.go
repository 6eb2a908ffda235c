// Command natsload fills a nats-server for the core file benchmark: three
// in-memory JetStream streams of n messages each, and connections with many
// subscriptions, which stay open until standard input ends. It prints "loaded"
// when the server holds all of it.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/nats-io/nats.go"
)

func main() {
	url := flag.String("url", nats.DefaultURL, "server to load")
	messages := flag.Int("messages", 500_000, "messages in each stream")
	size := flag.Int("size", 256, "bytes of a message")
	conns := flag.Int("conns", 200, "connections to open")
	subs := flag.Int("subs", 200, "subscriptions of each connection")
	flag.Parse()
	if err := load(*url, *messages, *size, *conns, *subs); err != nil {
		log.Fatal(err)
	}
	fmt.Println("loaded")
	io.Copy(io.Discard, os.Stdin)
}

func load(url string, messages, size, conns, subs int) error {
	nc, err := nats.Connect(url)
	if err != nil {
		return err
	}
	for i := range 3 {
		if err := fill(nc, fmt.Sprintf("ORDERS%d", i), messages, size); err != nil {
			return err
		}
	}
	for c := range conns {
		if err := subscribe(url, c, subs); err != nil {
			return err
		}
	}
	return nil
}

// fill publishes in batches and waits for the acknowledgements of each, so that
// all messages are stored when it returns.
func fill(nc *nats.Conn, stream string, messages, size int) error {
	js, err := nc.JetStream(nats.PublishAsyncMaxPending(4096))
	if err != nil {
		return err
	}
	_, err = js.AddStream(&nats.StreamConfig{Name: stream, Subjects: []string{stream + ".>"}, Storage: nats.MemoryStorage})
	if err != nil {
		return err
	}
	body := bytes.Repeat([]byte("x"), size)
	for i := range messages {
		if _, err := js.PublishAsync(fmt.Sprintf("%s.%d", stream, i%1000), body); err != nil {
			return err
		}
	}
	select {
	case <-js.PublishAsyncComplete():
		return nil
	case <-time.After(5 * time.Minute):
		return fmt.Errorf("%s: messages not acknowledged", stream)
	}
}

func subscribe(url string, c, subs int) error {
	nc, err := nats.Connect(url)
	if err != nil {
		return err
	}
	for s := range subs {
		if _, err := nc.Subscribe(fmt.Sprintf("client.%d.%d", c, s), func(*nats.Msg) {}); err != nil {
			return err
		}
	}
	return nc.Flush()
}
