package cli

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/endpoint"
	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/secret"
)

// place is where an installation is: the flags that every command that opens
// one has.
type place struct {
	dataDir, databaseURL, masterKeyFile, region, config string
	spoolKeep, historyKeep                              int64 // bytes; of a service only
	privateIssuers                                      bool  // of a service only
	caBundle, auditFile                                 string
	auditOut                                            io.Writer
	saml                                                saml.Site
	delivery                                            delivery // of a service only
	samlOnce                                            bool     // of a service only
}

func (p *place) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.dataDir, "data-dir", "", "directory of the installation (default: a directory of the user's)")
	f.StringVar(&p.databaseURL, "database-url", "", "postgres://… for many replicas (default: SQLite in the data directory)")
	f.StringVar(&p.masterKeyFile, "master-key-file", "", "file with the master key (default: master.key in the data directory)")
	f.StringVar(&p.region, "region", "us-east-1", "the Region that the service stands for")
	f.StringVar(&p.config, "config", "", "YAML file with settings, named like the flags")
}

// registerSAML adds the flags that say for whom and where to SAML responses must
// be meant.
func (p *place) registerSAML(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&p.saml.Audiences, "saml-audience", nil, "audience of SAML responses, in place of urn:amazon:webservices; repeatable")
	f.StringSliceVar(&p.saml.Recipients, "saml-recipient", nil, "recipient of SAML responses, in place of the real service's sign-in addresses; repeatable")
}

func (p *place) open(ctx context.Context, env Env, log *slog.Logger, serving bool) (*installation.Installation, error) {
	cfg, err := p.settings(env)
	if err != nil {
		return nil, err
	}
	cfg.Serving, cfg.Log = serving, log
	return installation.Open(ctx, cfg)
}

// settings says where the installation is, from the flags and the environment.
func (p *place) settings(env Env) (cfg installation.Config, err error) {
	if !endpoint.IsRegion(p.region) {
		return cfg, badUsage("--region %q is not the name of a Region, such as us-east-1", p.region)
	}
	if p.dataDir == "" {
		if p.dataDir, err = defaultDataDir(env); err != nil {
			return cfg, err
		}
	}
	if p.dataDir, err = filepath.Abs(p.dataDir); err != nil { // what is printed must work from anywhere
		return cfg, err
	}
	cfg = installation.Config{
		Dir: p.dataDir, DatabaseURL: p.databaseURL, MasterFile: p.masterKeyFile,
		Region: p.region, SpoolKeep: p.spoolKeep, HistoryKeep: p.historyKeep, AuditFile: p.auditFile, AuditOut: p.auditOut,
		PrivateIssuers: p.privateIssuers, CABundle: p.caBundle, SAML: p.saml, SAMLOnce: p.samlOnce, Delivery: p.delivery.Delivery,
	}
	if master, _ := env("DAYPASS_MASTER_KEY"); master != "" {
		cfg.MasterKey = secret.New(master)
	}
	return cfg, nil
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
