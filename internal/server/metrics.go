package server

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/daypass/daypass/internal/awserr"
)

// Metrics counts requests for Prometheus. A nil *Metrics counts nothing.
type Metrics struct {
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	good     sync.Map // of what succeeded: by goodKey, its *goodMetrics
}

// goodKey names requests that succeeded: what is most common is found with one
// look.
type goodKey struct{ service, action string }

type goodMetrics struct {
	requests prometheus.Counter
	latency  prometheus.Observer
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
	took := time.Since(x.start).Seconds()
	if x.err == nil && x.status == http.StatusOK {
		m.goodOf(goodKey{service, action}).observe(took)
		return
	}
	m.requests.WithLabelValues(service, action, strconv.Itoa(x.status), result).Inc()
	m.latency.WithLabelValues(service, action).Observe(took)
}

func (m *Metrics) goodOf(key goodKey) *goodMetrics {
	if g, ok := m.good.Load(key); ok {
		return g.(*goodMetrics)
	}
	g, _ := m.good.LoadOrStore(key, &goodMetrics{
		requests: m.requests.WithLabelValues(key.service, key.action, "200", "ok"),
		latency:  m.latency.WithLabelValues(key.service, key.action),
	})
	return g.(*goodMetrics)
}

func (g *goodMetrics) observe(seconds float64) {
	g.requests.Inc()
	g.latency.Observe(seconds)
}
