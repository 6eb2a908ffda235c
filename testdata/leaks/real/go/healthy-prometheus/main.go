// Command healthy-prometheus has a Prometheus registry with a bounded number of
// series, observed and scraped.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"leaks/leak"
)

func main() {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	requests := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "request_seconds", Buckets: prometheus.DefBuckets}, []string{"path", "code"})
	reg.MustRegister(requests)
	server := httptest.NewServer(promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	for i := range leak.N(20_000) {
		requests.WithLabelValues(fmt.Sprintf("/r%d", i%50), fmt.Sprint(200+i%4)).Observe(float64(i%100) / 100)
	}
	for range 50 {
		resp, err := http.Get(server.URL)
		if err != nil {
			panic(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	leak.Dump()
}
