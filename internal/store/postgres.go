package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	postgresReaders = 16
	postgresLoaders = 4
	postgresLimit   = 30 * time.Second
)

// openPostgres opens the database that the URL names. The URL may hold a
// password: no error shows more of it than its scheme.
func (db *DB) openPostgres(ctx context.Context, c Config) error {
	u, err := url.Parse(c.URL)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return errors.New("malformed database URL: it must look like postgres://user@host/database")
	}
	conf, err := pgx.ParseConfig(c.URL)
	if err != nil {
		return errors.New("malformed database URL: its settings are not those of PostgreSQL (postgres://user@host:port/database?sslmode=…)")
	}
	if conf.RuntimeParams["application_name"] == "" {
		conf.RuntimeParams["application_name"] = "daypass"
	}
	if conf.ConnectTimeout == 0 {
		conf.ConnectTimeout = 10 * time.Second
	}
	open := func(size int, begin string) *pool {
		p := newPool(stdlib.OpenDB(*conf), size, begin)
		p.limit = postgresLimit
		return p
	}
	const snapshot = "begin isolation level repeatable read, read only"
	db.writer = open(1, "begin isolation level read committed")
	db.readers = open(postgresReaders, snapshot)
	db.loaders = open(postgresLoaders, snapshot)
	db.readers.cancel, db.loaders.cancel = true, true
	if err := db.migrate(ctx, postgresDialect); err != nil {
		oneLine := strings.Join(strings.Fields(err.Error()), " ") // the driver lists each address on a line
		return fmt.Errorf("opening the database %s on %s: %s", conf.Database, conf.Host, oneLine)
	}
	return nil
}
