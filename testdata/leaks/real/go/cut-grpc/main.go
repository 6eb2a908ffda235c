// Command cut-grpc is a gRPC server whose streams never end: their handlers wait for
// an event and not for the client, which has gone. A broker keeps the subscribers of
// those that are gone too. It loads itself over loopback.
package main

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"

	"leaks/leak"
)

// Subscriber is one who watches a topic.
type Subscriber struct {
	topic  string
	events chan string
	buf    [512]byte
}

// broker knows all subscribers.
type broker struct {
	mu   sync.Mutex
	subs map[string]*Subscriber
}

type srv struct {
	grpc_health_v1.UnimplementedHealthServer
	b broker
}

// Watch streams a topic's events.
func (s *srv) Watch(r *grpc_health_v1.HealthCheckRequest, stream grpc.ServerStreamingServer[grpc_health_v1.HealthCheckResponse]) error {
	sub := &Subscriber{topic: r.Service, events: make(chan string)}
	s.b.mu.Lock()
	s.b.subs[r.Service] = sub
	s.b.mu.Unlock()
	if err := stream.Send(&grpc_health_v1.HealthCheckResponse{}); err != nil {
		return err
	}
	for range sub.events { // the client's end is not noticed here
		if err := stream.Send(&grpc_health_v1.HealthCheckResponse{}); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, &srv{b: broker{subs: map[string]*Subscriber{}}})
	go func() { _ = server.Serve(lis) }()
	for k := range 8 {
		conn, err := grpc.NewClient(lis.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			panic(err)
		}
		client := grpc_health_v1.NewHealthClient(conn)
		for i := range leak.N(500) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			stream, err := client.Watch(ctx, &grpc_health_v1.HealthCheckRequest{Service: fmt.Sprintf("topic-%d-%d", k, i)})
			if err != nil {
				panic(err)
			}
			if _, err := stream.Recv(); err != nil {
				panic(err)
			}
			cancel()
		}
		_ = conn.Close()
	}
	time.Sleep(time.Second)
	leak.Dump()
}
