package cli

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/endpoint"
	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/secret"
)

// place is where an installation is: the flags that every command that opens
// one has.
type place struct {
	dataDir, databaseURL, masterKeyFile, region, config string
	spoolKeep                                           int64 // bytes; of a service only
}

func (p *place) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.dataDir, "data-dir", "", "directory of the installation (default: a directory of the user's)")
	f.StringVar(&p.databaseURL, "database-url", "", "postgres://… for many replicas (default: SQLite in the data directory)")
	f.StringVar(&p.masterKeyFile, "master-key-file", "", "file with the master key (default: master.key in the data directory)")
	f.StringVar(&p.region, "region", "us-east-1", "the Region that the service stands for")
	f.StringVar(&p.config, "config", "", "YAML file with settings, named like the flags")
}

func (p *place) open(ctx context.Context, env Env, log *slog.Logger, serving bool) (*installation.Installation, error) {
	if !endpoint.IsRegion(p.region) {
		return nil, badUsage("--region %q is not the name of a Region, such as us-east-1", p.region)
	}
	if p.dataDir == "" {
		dir, err := defaultDataDir(env)
		if err != nil {
			return nil, err
		}
		p.dataDir = dir
	}
	dir, err := filepath.Abs(p.dataDir) // what is printed must work from anywhere
	if err != nil {
		return nil, err
	}
	p.dataDir = dir
	master, _ := env("DAYPASS_MASTER_KEY")
	cfg := installation.Config{
		Dir: p.dataDir, DatabaseURL: p.databaseURL, MasterFile: p.masterKeyFile,
		Region: p.region, Serving: serving, SpoolKeep: p.spoolKeep, Log: log,
	}
	if master != "" {
		cfg.MasterKey = secret.New(master)
	}
	return installation.Open(ctx, cfg)
}

// defaultDataDir is the user's data directory for Daypass.
func defaultDataDir(env Env) (string, error) {
	if base, ok := env("XDG_DATA_HOME"); ok && filepath.IsAbs(base) {
		return filepath.Join(base, "daypass"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", badUsage("no home directory to keep data in: name a directory with --data-dir")
	}
	return filepath.Join(home, ".local", "share", "daypass"), nil
}
