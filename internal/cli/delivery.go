package cli

import (
	"cmp"
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/spf13/pflag"

	"github.com/daypass/daypass/internal/endpoint"
	"github.com/daypass/daypass/internal/installation"
)

// Bounds of the settings of deliveries.
const (
	minPeriod   = time.Second
	maxPeriod   = 24 * time.Hour
	minFileSize = 64 << 10
	maxFileSize = 64 << 20
)

// delivery are the settings of where the records of trails go.
type delivery struct {
	installation.Delivery
	key string
}

func (d *delivery) flags(flags *pflag.FlagSet) {
	flags.StringVar(&d.Endpoint, "trail-s3-endpoint", "", "URL of the S3-compatible store that has the buckets of trails; the usual AWS environment or profile has its credentials (default: trails deliver nothing)")
	flags.StringVar(&d.Region, "trail-s3-region", "", "Region that requests to the store are signed for (default: AWS_REGION, or --region)")
	flags.StringVar(&d.ACL, "trail-s3-acl", "bucket-owner-full-control", "access control list that objects get; 'none' for stores that take none")
	flags.StringVar(&d.key, "trail-s3-kms-key", "arn", "how the KMS key of a trail is named to the store: 'arn', or 'name' for stores whose keys have bare names")
	flags.DurationVar(&d.Period, "trail-log-period", 5*time.Minute, "time between deliveries of log files")
	flags.DurationVar(&d.DigestPeriod, "trail-digest-period", time.Hour, "time between digests, which vouch for log files")
	flags.IntVar(&d.FileSize, "trail-file-size", 4<<20, "bytes of records, before compression, after which a log file is delivered early")
}

func (d *delivery) check(region string, env Env, log *slog.Logger) error {
	for name, period := range map[string]time.Duration{"trail-log-period": d.Period, "trail-digest-period": d.DigestPeriod} {
		if period < minPeriod || period > maxPeriod {
			return badUsage("--%s %v is not from %v to %v", name, period, minPeriod, maxPeriod)
		}
	}
	if d.FileSize < minFileSize || d.FileSize > maxFileSize {
		return badUsage("--trail-file-size %d is not from %d to %d", d.FileSize, minFileSize, maxFileSize)
	}
	if d.key != "arn" && d.key != "name" {
		return badUsage("--trail-s3-kms-key %q is neither 'arn' nor 'name'", d.key)
	}
	d.KeyNames = d.key == "name"
	if d.Endpoint == "" {
		return nil
	}
	u, err := url.Parse(d.Endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return badUsage("--trail-s3-endpoint is not a URL such as https://s3.example.com") // it is not shown: there may be a password in it
	}
	if u.Scheme == "http" && !isLoopback(net.JoinHostPort(u.Hostname(), "80")) {
		log.Warn("the records of trails go to their buckets without TLS", "endpoint", u.Redacted())
	}
	first, _ := env("AWS_REGION")
	second, _ := env("AWS_DEFAULT_REGION")
	d.Region = cmp.Or(d.Region, first, second, region)
	if !endpoint.IsRegion(d.Region) {
		return badUsage("--trail-s3-region %q is not the name of a Region, such as us-east-1", d.Region)
	}
	d.Env = env
	return nil
}
