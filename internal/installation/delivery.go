package installation

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/daypass/daypass/internal/bucket"
	"github.com/daypass/daypass/internal/courier"
	"github.com/daypass/daypass/internal/digest"
)

// Delivery says how the records of calls get into the buckets of trails. The
// zero value delivers none: trails can be made, and wait.
type Delivery struct {
	Endpoint string // of an S3-compatible store; "" delivers nothing
	Region   string // that requests to it are signed for
	ACL      string // that objects get; "none" sends none
	KeyNames bool   // see bucket.Config

	Period       time.Duration // 0 is 5 minutes
	DigestPeriod time.Duration // 0 is an hour
	FileSize     int           // bytes before compression; 0 is 4 MiB

	Env func(name string) (string, bool) // has the credentials; nil is the process's
}

// openCourier has the spool hold what is to be delivered, before it may drop
// any.
func (in *Installation) openCourier(ctx context.Context) error {
	d := in.cfg.Delivery
	if d.Endpoint == "" {
		return nil
	}
	roots, err := authorities(in.cfg.CABundle)
	if err != nil {
		return err
	}
	in.bucket, err = bucket.New(bucket.Config{Endpoint: d.Endpoint, Region: d.Region, ACL: d.ACL, KeyNames: d.KeyNames, Env: d.Env, Roots: roots})
	if err != nil {
		return fmt.Errorf("--trail-s3-endpoint: %w", err)
	}
	in.Courier, err = courier.New(ctx, courier.Config{
		DB: in.DB, Vault: in.Vault, Spool: in.Spool, Bucket: in.bucket,
		Period: d.Period, DigestPeriod: d.DigestPeriod, FileSize: d.FileSize, Now: in.cfg.Now, Log: in.cfg.Log,
	})
	return err
}

// checkBucket returns how CreateTrail tries a bucket; nil when nothing is
// delivered.
func (in *Installation) checkBucket() func(ctx context.Context, name, prefix, account, key string) error {
	if in.bucket == nil {
		return nil
	}
	return func(ctx context.Context, name, prefix, account, key string) error {
		return in.bucket.Check(ctx, name, digest.Root(prefix, account), key)
	}
}

func (in *Installation) registerCourier(r prometheus.Registerer) {
	for _, m := range []struct {
		name, help string
		kind       prometheus.ValueType
		value      func(courier.Stats) float64
	}{
		{"daypass_trail_records_total", "Records put into buckets of trails.", prometheus.CounterValue, func(s courier.Stats) float64 { return float64(s.Records) }},
		{"daypass_trail_files_total", "Log files put into buckets of trails.", prometheus.CounterValue, func(s courier.Stats) float64 { return float64(s.Files) }},
		{"daypass_trail_bytes_total", "Bytes of log files, compressed.", prometheus.CounterValue, func(s courier.Stats) float64 { return float64(s.Bytes) }},
		{"daypass_trail_digests_total", "Digests made and signed.", prometheus.CounterValue, func(s courier.Stats) float64 { return float64(s.Digests) }},
		{"daypass_trail_failures_total", "Attempts to deliver that failed.", prometheus.CounterValue, func(s courier.Stats) float64 { return float64(s.Failures) }},
		{"daypass_trail_failing", "Trails whose last attempt to deliver failed.", prometheus.GaugeValue, func(s courier.Stats) float64 { return float64(s.Failing) }},
		{"daypass_trail_behind_bytes", "Bytes of the spool that the slowest trail has not delivered.", prometheus.GaugeValue, func(s courier.Stats) float64 { return float64(s.Behind) }},
		{"daypass_trail_age_seconds", "Time since the trail that waits longest had everything delivered.", prometheus.GaugeValue, func(s courier.Stats) float64 { return s.Age.Seconds() }},
	} {
		r.MustRegister(figure{prometheus.NewDesc(m.name, m.help, nil, nil), m.kind, func() float64 { return m.value(in.Courier.Stats()) }})
	}
}
