package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	postgresReaders = 16
	postgresLoaders = 4

	// How long a transaction may take, with the wait for its connection. The
	// database may be gone without a word, as when a firewall drops what it
	// does not know any more: these bound how long a request waits for it.
	loadLimit    = 3 * time.Second
	pollLimit    = 2 * time.Second
	viewLimit    = 10 * time.Second
	updateLimit  = 10 * time.Second
	migrateLimit = 10 * time.Minute
	connectLimit = 5 * time.Second // unless the URL has a connect_timeout
)

// sessionSettings has the server, in its turn, not wait for us: a process that
// is cut off amid a transaction would stop the updates of all others until the
// server noticed, which takes two hours by default. A commit that was answered
// is on disk; a server that is set otherwise is told so.
const sessionSettings = `select
	set_config('statement_timeout', '9s', false),
	set_config('idle_in_transaction_session_timeout', '5s', false),
	set_config('tcp_keepalives_idle', '10', false),
	set_config('tcp_keepalives_interval', '5', false),
	set_config('tcp_keepalives_count', '3', false),
	case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', false) end`

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
		conf.ConnectTimeout = connectLimit
	}
	conf.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3,
	}}).DialContext
	const (
		snapshot = "begin isolation level repeatable read, read only"
		update   = "begin isolation level read committed"
	)
	// Migrating may take its time.
	db.writer = newPool(stdlib.OpenDB(*conf), 1, update)
	db.writer.limit = migrateLimit
	err = errors.Join(db.migrate(ctx, postgresDialect), db.writer.close())
	if err != nil {
		oneLine := strings.Join(strings.Fields(err.Error()), " ") // the driver lists each address on a line
		return fmt.Errorf("opening the database %s on %s: %s", conf.Database, conf.Host, oneLine)
	}
	conf.AfterConnect = func(ctx context.Context, c *pgconn.PgConn) error {
		return c.ExecParams(ctx, sessionSettings, nil, nil, nil, nil).Read().Err
	}
	db.listens = conf
	open := func(size int, begin string, limit time.Duration) *pool {
		p := newPool(stdlib.OpenDB(*conf), size, begin)
		p.limit = limit
		return p
	}
	db.writer = open(1, update, updateLimit)
	db.readers = open(postgresReaders, snapshot, viewLimit)
	db.loaders = open(postgresLoaders, snapshot, loadLimit)
	db.pollers = open(1, snapshot, pollLimit)
	for _, p := range []*pool{db.readers, db.loaders, db.pollers} {
		p.cancel = true
	}
	return nil
}
