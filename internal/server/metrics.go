package server

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/daypass/daypass/internal/awserr"
)

// Metrics counts requests for Prometheus. A nil *Metrics counts nothing.
type Metrics struct {
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
}

// NewMetrics registers the metrics of requests. Their labels are bounded:
// action is one that is served, or "unknown"; result is "ok" or an error code.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "daypass_requests_total", Help: "Requests by service, action, HTTP status and result.",
		}, []string{"service", "action", "status", "result"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "daypass_request_duration_seconds", Help: "Time from the head of a request to the end of its answer.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5},
		}, []string{"service", "action"}),
	}
	r.MustRegister(m.requests, m.latency)
	return m
}

func (m *Metrics) observe(x *exchange) {
	if m == nil {
		return
	}
	service, action, result := "unknown", "unknown", "ok"
	if x.Service != nil {
		service, action = x.Service.API.Name, x.Action
	}
	if x.err != nil {
		result = awserr.From(x.err).Code
	}
	m.requests.WithLabelValues(service, action, strconv.Itoa(x.status), result).Inc()
	m.latency.WithLabelValues(service, action).Observe(time.Since(x.start).Seconds())
}
