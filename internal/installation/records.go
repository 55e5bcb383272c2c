package installation

import (
	"errors"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/daypass/daypass/internal/auditfile"
	"github.com/daypass/daypass/internal/history"
	"github.com/daypass/daypass/internal/spool"
)

// openSpool opens the log of records, and begins what is made of it: the audit
// file and the event history.
func (in *Installation) openSpool() (err error) {
	cfg := &in.cfg
	in.Spool, err = spool.Open(spool.Config{Dir: filepath.Join(cfg.Dir, "spool"), Keep: cfg.SpoolKeep, Ephemeral: cfg.Ephemeral, Log: cfg.Log})
	if err != nil {
		return err
	}
	if cfg.AuditFile != "" {
		in.Audit, err = auditfile.Start(auditfile.Config{
			Spool: in.Spool, Path: cfg.AuditFile, Out: cfg.AuditOut, State: auditfile.StateFile(cfg.Dir), Log: cfg.Log,
		})
	}
	if err == nil && cfg.HistoryKeep >= 0 {
		in.History, err = history.Open(history.Config{
			Spool: in.Spool.Dir(), Dir: cfg.Dir, DatabaseURL: cfg.DatabaseURL, Keep: cfg.HistoryKeep,
			Written: func() int64 { return in.Spool.Stats().Records }, Lazy: cfg.Ephemeral, Ephemeral: cfg.Ephemeral, Now: cfg.Now, Log: cfg.Log,
		})
	}
	if err != nil {
		return errors.Join(err, in.closeSpool())
	}
	return nil
}

// closeSpool writes the records that wait, and what is made of them.
func (in *Installation) closeSpool() error {
	if in.Spool == nil {
		return nil
	}
	errs := []error{in.Spool.Close()}
	if in.Audit != nil {
		errs = append(errs, in.Audit.Close())
	}
	if in.History != nil {
		errs = append(errs, in.History.Close())
	}
	return errors.Join(errs...)
}

func (in *Installation) registerAudit(r prometheus.Registerer) {
	r.MustRegister(
		figure{
			prometheus.NewDesc("daypass_audit_file_behind_bytes", "Records that are not in the audit file yet.", nil, nil), prometheus.GaugeValue,
			func() float64 { behind, _ := in.Audit.Stats(); return float64(behind) },
		},
		figure{
			prometheus.NewDesc("daypass_audit_file_failing", "1 while the audit file cannot be written.", nil, nil), prometheus.GaugeValue,
			func() float64 {
				if _, failing := in.Audit.Stats(); failing {
					return 1
				}
				return 0
			},
		},
	)
}
