package installation

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/daypass/daypass/internal/history"
	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/internal/store"
)

// Register registers the figures of the caches and the store.
func (in *Installation) Register(r prometheus.Registerer) {
	hits := prometheus.NewDesc("daypass_cache_hits_total", "Facts found in memory.", nil, nil)
	misses := prometheus.NewDesc("daypass_cache_misses_total", "Facts read from the store.", nil, nil)
	r.MustRegister(
		figure{hits, prometheus.CounterValue, func() float64 { h, _ := in.Facts.Lookups(); return float64(h) }},
		figure{misses, prometheus.CounterValue, func() float64 { _, m := in.Facts.Lookups(); return float64(m) }},
		figure{
			prometheus.NewDesc("daypass_store_accounts", "Accounts of the installation.", nil, nil),
			prometheus.GaugeValue, in.accountCount,
		},
		figure{
			prometheus.NewDesc("daypass_changes_age_seconds", "Time since the changes of other processes were read.", nil, nil),
			prometheus.GaugeValue, func() float64 { return in.DB.SincePoll().Seconds() },
		},
	)
	if in.Spool != nil {
		in.registerSpool(r)
	}
	if in.History != nil {
		in.registerHistory(r)
	}
	if in.Courier != nil {
		in.registerCourier(r)
	}
	if in.Audit != nil {
		in.registerAudit(r)
	}
	if in.cfg.DatabaseURL == "" {
		r.MustRegister(figure{
			prometheus.NewDesc("daypass_store_bytes", "Size of the embedded database and its log on disk.", nil, nil),
			prometheus.GaugeValue, in.storeBytes,
		})
	}
}

func (in *Installation) registerSpool(r prometheus.Registerer) {
	for _, m := range []struct {
		name, help string
		kind       prometheus.ValueType
		value      func(spool.Stats) int64
	}{
		{"daypass_spool_records_total", "Records of calls made durable.", prometheus.CounterValue, func(s spool.Stats) int64 { return s.Records }},
		{"daypass_spool_groups_total", "Disk writes that made them durable.", prometheus.CounterValue, func(s spool.Stats) int64 { return s.Groups }},
		{"daypass_spool_failures_total", "Disk writes that were refused.", prometheus.CounterValue, func(s spool.Stats) int64 { return s.Failures }},
		{"daypass_spool_dropped_segments_total", "Segments deleted to stay within --spool-keep.", prometheus.CounterValue, func(s spool.Stats) int64 { return s.Dropped }},
		{"daypass_spool_waiting_bytes", "Records in memory that wait for the disk.", prometheus.GaugeValue, func(s spool.Stats) int64 { return s.Waiting }},
		{"daypass_spool_bytes", "Records on disk.", prometheus.GaugeValue, func(s spool.Stats) int64 { return s.Bytes }},
		{"daypass_spool_failing", "1 while the disk refuses records, and calls with them.", prometheus.GaugeValue, func(s spool.Stats) int64 { return s.Failing }},
		{"daypass_spool_full", "1 while the spool is full of records that are not delivered, and refuses calls.", prometheus.GaugeValue, func(s spool.Stats) int64 { return s.Full }},
	} {
		r.MustRegister(figure{prometheus.NewDesc(m.name, m.help, nil, nil), m.kind, func() float64 { return float64(m.value(in.Spool.Stats())) }})
	}
}

func (in *Installation) registerHistory(r prometheus.Registerer) {
	for _, m := range []struct {
		name, help string
		kind       prometheus.ValueType
		value      func(history.Stats) int64
	}{
		{"daypass_history_records_total", "Records taken into the event history.", prometheus.CounterValue, func(s history.Stats) int64 { return s.Records }},
		{"daypass_history_skipped_total", "Records that are no events, and are in no history.", prometheus.CounterValue, func(s history.Stats) int64 { return s.Skipped }},
		{"daypass_history_behind_bytes", "Records that are not in the event history yet.", prometheus.GaugeValue, func(s history.Stats) int64 { return s.Behind }},
		{"daypass_history_failing", "1 while the event history cannot be written.", prometheus.GaugeValue, func(s history.Stats) int64 { return s.Failing }},
	} {
		r.MustRegister(figure{prometheus.NewDesc(m.name, m.help, nil, nil), m.kind, func() float64 { return float64(m.value(in.History.Stats())) }})
	}
}

func (in *Installation) accountCount() float64 {
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Second)
	defer stop()
	n := 0
	err := in.DB.Load(ctx, func(tx *store.Tx) error {
		accounts, err := tx.Accounts()
		n = len(accounts)
		return err
	})
	if err != nil {
		return -1 // not known
	}
	return float64(n)
}

func (in *Installation) storeBytes() float64 {
	sum := int64(0)
	for _, name := range []string{"daypass.db", "daypass.db-wal"} {
		if info, err := os.Stat(filepath.Join(in.cfg.Dir, name)); err == nil {
			sum += info.Size()
		}
	}
	return float64(sum)
}

// figure is a metric that is looked up when it is asked for.
type figure struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func() float64
}

func (f figure) Describe(c chan<- *prometheus.Desc) { c <- f.desc }

func (f figure) Collect(c chan<- prometheus.Metric) {
	c <- prometheus.MustNewConstMetric(f.desc, f.kind, f.value())
}
