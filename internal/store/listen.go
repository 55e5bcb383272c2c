package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
)

// channel is what commits notify on in PostgreSQL. The payload is the writer's
// name, so that a process is not woken by itself.
const channel = "daypass_change"

const (
	quietLimit   = 10 * time.Second // of a connection that listens, before it is asked whether it lives
	relistenMin  = 100 * time.Millisecond
	relistenMost = 5 * time.Second
)

// listen wakes the poll when another process has committed, until ctx ends. It
// makes changes known at once, and no more: the change log is the truth, and
// is polled whether or not there is somebody to listen to.
func (db *DB) listen(ctx context.Context, wake chan<- struct{}) {
	wait, failing := relistenMin, false
	for ctx.Err() == nil {
		err := db.listenOnce(ctx, func() {
			if failing {
				db.log.Info("listening to the database again")
			}
			wait, failing = relistenMin, false
			poke(wake) // for what was told while nobody listened
		}, wake)
		if ctx.Err() != nil {
			return
		}
		if !failing {
			db.log.Warn("cannot listen to the database; changes by other replicas are seen later", "err", err)
		}
		failing = true
		pause(ctx, wait/2+rand.N(wait/2)) // replicas do not come back in one moment
		wait = min(2*wait, relistenMost)
	}
}

// listenOnce listens on one connection until it fails.
func (db *DB) listenOnce(ctx context.Context, started func(), wake chan<- struct{}) error {
	conn, err := pgx.ConnectConfig(ctx, db.listens)
	if err != nil {
		return err
	}
	defer func() {
		end, stop := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
		defer stop()
		_ = conn.Close(end)
	}()
	if err := ask(ctx, conn, "listen "+channel); err != nil {
		return err
	}
	started()
	for {
		wait, stop := context.WithTimeout(ctx, quietLimit)
		n, err := conn.WaitForNotification(wait)
		quiet := wait.Err() != nil
		stop()
		switch {
		case err == nil:
			if n.Payload != db.name.get() {
				poke(wake)
			}
			continue
		case !quiet || ctx.Err() != nil || conn.IsClosed():
			return err
		}
		if err := ask(ctx, conn, "select 1"); err != nil {
			return err
		}
	}
}

// ask has the database carry out a statement that it does at once.
func ask(ctx context.Context, conn *pgx.Conn, statement string) error {
	ctx, stop := context.WithTimeout(ctx, beginLimit)
	defer stop()
	r := conn.PgConn().ExecParams(ctx, statement, nil, nil, nil, nil).Read()
	if errors.Is(r.Err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer for %v", beginLimit)
	}
	return r.Err
}

func poke(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default: // it is awake already
	}
}
