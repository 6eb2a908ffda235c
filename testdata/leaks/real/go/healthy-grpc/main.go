// Command healthy-grpc is a gRPC server under load, with its clients.
package main

import (
	"context"
	"net"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"

	"leaks/leak"
)

func main() {
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := grpc.NewServer()
	state := health.NewServer()
	state.SetServingStatus("orders", grpc_health_v1.HealthCheckResponse_SERVING)
	grpc_health_v1.RegisterHealthServer(server, state)
	reflection.Register(server)
	go func() { _ = server.Serve(lis) }()
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			conn, err := grpc.NewClient(lis.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				panic(err)
			}
			client := grpc_health_v1.NewHealthClient(conn)
			if _, err := client.Watch(context.Background(), &grpc_health_v1.HealthCheckRequest{Service: "orders"}); err != nil {
				panic(err)
			}
			for range leak.N(500) {
				if _, err := client.Check(context.Background(), &grpc_health_v1.HealthCheckRequest{Service: "orders"}); err != nil {
					panic(err)
				}
			}
		}()
	}
	wg.Wait()
	leak.Dump()
}
