// Package installation is one Daypass: a database, the master key that wraps
// its secrets, the key ring, its accounts, and the services on top of them.
//
// A data directory holds
//
//	daypass.db    the database, unless a database URL is given
//	master.key    the master key, unless it is given otherwise; mode 0600
//	credentials   root credentials made here, in AWS's shared format; mode 0600
//	lock          held by the process that serves
//	spool/        the records of calls (package spool); mode 0700
//	history.db    the events of the last 90 days, made of the records (package history)
//	audit-file.state  how far the audit file has come (package auditfile)
//
// The database and the master key belong together: each without the other is
// worth nothing, and opening them mismatched fails.
package installation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/daypass/daypass/internal/auditfile"
	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/bucket"
	"github.com/daypass/daypass/internal/courier"
	"github.com/daypass/daypass/internal/endpoint"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/history"
	"github.com/daypass/daypass/internal/iamsvc"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/oidc"
	"github.com/daypass/daypass/internal/outbound"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/stssvc"
	"github.com/daypass/daypass/internal/trailsvc"
)

// Config says where an installation is.
type Config struct {
	Dir         string        // the data directory; made when missing
	DatabaseURL string        // "" is SQLite in Dir
	MasterKey   secret.String // in base64; empty reads, or makes, Dir/master.key
	MasterFile  string        // another place of the master key; never made
	Region      string        // "us-east-1"
	Serving     bool          // takes the directory: one process may serve from it
	SpoolKeep   int64         // bytes of records kept on disk; 0 is 1 GiB
	HistoryKeep int64         // bytes of event history; 0 is 8 GiB, less has none made
	AuditFile   string        // that records are copied to; auditfile.Stdout is AuditOut; "" for none
	AuditOut    io.Writer     // standard output
	SAML        saml.Site     // for whom and where to SAML responses must be meant
	Delivery    Delivery      // of the records of trails

	PrivateIssuers bool       // OpenID Connect issuers may be at loopback and private addresses
	CABundle       string     // file of authorities trusted in addition, in PEM; "" for none
	FetchOIDC      oidc.Fetch // gets the documents of issuers; nil is over the network

	// Thumbprint finds out the thumbprint of an issuer whose provider is made
	// without one; nil is over the network if FetchOIDC is, else there is none.
	Thumbprint func(ctx context.Context, issuer string, now time.Time) (string, error)

	// SAMLOnce has each assertion of a SAML provider redeemed once.
	SAMLOnce bool

	// Ephemeral gives up durability for speed: for tests, whose data nobody
	// misses after a power cut.
	Ephemeral bool

	Now func() time.Time // nil is time.Now
	Log *slog.Logger     // nil discards
}

// Installation is an open one. It is safe for concurrent use.
type Installation struct {
	cfg       Config
	Partition string
	DB        *store.DB
	Vault     *keys.Vault
	Ring      *keys.Ring
	reload    ringReload
	Facts     *facts.Cache
	Outbound  *outbound.Issuer // who serves says what it is known as outside
	Spool     *spool.Spool     // nil unless Serving: only then are there calls to record
	History   *history.History // nil like Spool, or when there is to be none
	Courier   *courier.Courier // nil like Spool, or when there is no bucket
	bucket    *bucket.Client   // nil like Courier
	Audit     *auditfile.File  // nil unless Serving with an AuditFile
	Pipeline  *pipeline.Pipeline
	Services  []*pipeline.Service
}

// Open opens the installation, and makes it when there is none yet.
func Open(ctx context.Context, cfg Config) (*Installation, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if !endpoint.IsRegion(cfg.Region) {
		return nil, fmt.Errorf("region %q is not the name of a Region, such as us-east-1", cfg.Region)
	}
	if err := cfg.setFetch(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data directory: %w; choose another with --data-dir", err)
	}
	db, err := store.Open(ctx, store.Config{URL: cfg.DatabaseURL, Dir: cfg.Dir, Exclusive: cfg.Serving, Ephemeral: cfg.Ephemeral, Log: cfg.Log})
	if err != nil {
		return nil, err
	}
	in := &Installation{cfg: cfg, reload: ringReload{changed: make(chan struct{}, 1)}, Partition: endpoint.PartitionOf(cfg.Region).Name, DB: db}
	err = in.unlock(ctx)
	if err == nil && cfg.Serving {
		err = in.openSpool()
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if cfg.Serving {
		if err := in.openCourier(ctx); err != nil {
			return nil, errors.Join(err, in.Close())
		}
	}
	in.assemble()
	return in, nil
}

// unlock gets the master key and, with it, the key ring.
func (in *Installation) unlock(ctx context.Context) (err error) {
	if in.Vault, err = in.openVault(ctx); err != nil {
		return err
	}
	in.Ring = new(keys.Ring)
	return in.ensureRing(ctx)
}

// assemble puts the services together.
func (in *Installation) assemble() {
	in.Facts = facts.New(facts.Config{DB: in.DB, Vault: in.Vault, Log: in.cfg.Log, Partition: in.Partition})
	in.DB.Subscribe(in.ringChanged)
	az := &authz.Authorizer{Facts: in.Facts, Ring: in.Ring}
	in.Pipeline = &pipeline.Pipeline{
		DB:         in.DB,
		Spool:      in.Spool,
		Authz:      az,
		HideTokens: true, // who reads records should not get what a session is proved with
		Authn:      &authn.Authenticator{Facts: in.Facts, Ring: in.Ring, Partition: in.Partition, Reload: in.reloadUnknown},
	}
	in.Outbound = outbound.New(outbound.Config{DB: in.DB, Vault: in.Vault, Log: in.cfg.Log})
	trail := trailsvc.Config{DB: in.DB, CheckBucket: in.checkBucket()}
	if in.History != nil {
		trail.Events = in.History.Lookup
	}
	in.Services = []*pipeline.Service{
		stssvc.New(stssvc.Config{DB: in.DB, Vault: in.Vault, Facts: in.Facts, Ring: in.Ring, Authz: az, Partition: in.Partition, SAML: in.cfg.SAML, SAMLOnce: in.cfg.SAMLOnce, OIDC: oidc.NewSource(in.cfg.FetchOIDC), Outbound: in.Outbound}),
		iamsvc.New(iamsvc.Config{Vault: in.Vault, Outbound: in.Outbound, Thumbprint: in.cfg.Thumbprint}),
		trailsvc.New(trail),
	}
}

// Watch follows the changes that other processes make, and delivers the records
// of trails, until ctx ends.
func (in *Installation) Watch(ctx context.Context) error {
	var following sync.WaitGroup
	defer following.Wait()
	following.Go(func() { in.followRing(ctx) })
	if in.Courier != nil {
		following.Go(func() { in.Courier.Run(ctx) })
	}
	return in.DB.Watch(ctx, time.Second)
}

// Ready reports whether calls can be answered: the database answers, and the
// disk takes records.
func (in *Installation) Ready(ctx context.Context) error {
	if err := in.DB.Ping(ctx); err != nil {
		return err
	}
	return in.Spool.Check()
}

// Close writes the records that wait, and what is made of them, and closes the
// database.
func (in *Installation) Close() error {
	return errors.Join(in.closeSpool(), in.DB.Close())
}
