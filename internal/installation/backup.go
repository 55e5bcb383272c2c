package installation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/store"
)

// Backup writes one snapshot of an installation's database to w, while it is
// served from or not, and returns how many rows that is. The master key is not
// in it. Where there is no installation it makes none.
func Backup(ctx context.Context, cfg Config, w io.Writer) (rows int64, err error) {
	if cfg.DatabaseURL == "" {
		if _, err := os.Stat(filepath.Join(cfg.Dir, "daypass.db")); errors.Is(err, fs.ErrNotExist) {
			return 0, fmt.Errorf("there is no database in %s to back up; name the directory with --data-dir", cfg.Dir)
		}
	}
	db, vault, err := openVaulted(ctx, cfg)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if empty, err := db.Empty(ctx); err != nil || empty {
		return 0, errors.Join(err, errors.New("the database is empty: there is nothing to back up"))
	}
	return db.Backup(ctx, w, vault, time.Now())
}

// Restored says what a restore has brought back.
type Restored struct {
	Created time.Time // when the backup was made
	Rows    int64
}

// Restore replaces what the database of an installation holds by the backup
// that r reads, also while it is served from. A database that is not empty is
// replaced only when replace is set. The master key of the backup must be in
// place.
func Restore(ctx context.Context, cfg Config, r io.Reader, replace bool) (done Restored, err error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return done, fmt.Errorf("making the data directory: %w; choose another with --data-dir", err)
	}
	db, vault, err := openVaulted(ctx, cfg)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	empty, err := db.Empty(ctx)
	if err == nil && !empty && !replace {
		err = store.ErrNotEmpty // before a long file is read
	}
	var b *store.Restorable
	if err == nil {
		b, err = store.ReadBackup(ctx, cfg.Dir, r, vault)
	}
	if err == nil {
		err = errors.Join(db.Restore(ctx, b, replace), b.Close())
	}
	switch {
	case errors.Is(err, store.ErrNotEmpty):
		return done, fmt.Errorf("%w: --replace has the backup take the place of all that it holds", err)
	case errors.Is(err, store.ErrOtherKey):
		return done, fmt.Errorf("%w: put the master key that belongs to it in place", err)
	case err != nil:
		return done, err
	}
	return Restored{b.Created, b.Rows}, nil
}

// openVaulted opens the database and the vault, and makes no key: a backup is
// of use with the key that it was made under alone.
func openVaulted(ctx context.Context, cfg Config) (*store.DB, *keys.Vault, error) {
	text, where, err := findMasterKey(cfg)
	if errors.Is(err, errNoKeyFile) {
		return nil, nil, fmt.Errorf("%s does not exist: backups are made and restored under the master key of the installation", where)
	}
	if err != nil {
		return nil, nil, err
	}
	vault, err := newVault(text, where)
	if err != nil {
		return nil, nil, err
	}
	db, err := store.Open(ctx, store.Config{URL: cfg.DatabaseURL, Dir: cfg.Dir, Log: cfg.Log})
	if err != nil {
		return nil, nil, err
	}
	var check string
	err = db.View(ctx, func(tx *store.Tx) (err error) {
		check, err = tx.Meta(checkMeta)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		err = nil // an empty database takes any key
	case err == nil:
		err = proveVault(vault, where, check)
	}
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, vault, nil
}
