package installation

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/store"
)

// The database holds a known text under the master key, so that a wrong key
// is noticed before anything is sealed with it.
const (
	checkMeta    = "master-key-check"
	checkContext = "master-key-check"
	checkText    = "daypass"
)

// openVault finds the master key and proves that it belongs to the database.
func (in *Installation) openVault(ctx context.Context) (*keys.Vault, error) {
	var check string
	err := in.DB.View(ctx, func(tx *store.Tx) (err error) {
		check, err = tx.Meta(checkMeta)
		return err
	})
	fresh := errors.Is(err, store.ErrNotFound)
	if err != nil && !fresh {
		return nil, fmt.Errorf("reading the database: %w", err)
	}
	text, where, err := in.masterKey(fresh)
	if err != nil {
		return nil, err
	}
	master, err := keys.ParseMaster(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	vault, err := keys.NewVault(master)
	if err != nil {
		return nil, err
	}
	if fresh {
		// Another process may be first with another key: what counts is what
		// is stored.
		if check, err = in.storeCheck(ctx, vault); err != nil {
			return nil, err
		}
	}
	sealed, err := base64.StdEncoding.DecodeString(check)
	if err != nil {
		return nil, fmt.Errorf("the database's master key check is damaged: %w", err)
	}
	if plain, err := vault.Open(sealed, checkContext); err != nil || string(plain) != checkText {
		return nil, fmt.Errorf("%s is not the master key of this database; restore the right one: without it no stored secret can be read", where)
	}
	return vault, nil
}

func (in *Installation) storeCheck(ctx context.Context, vault *keys.Vault) (check string, err error) {
	err = in.DB.Update(ctx, func(tx *store.Tx) error {
		check, err = tx.Meta(checkMeta)
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		check = base64.StdEncoding.EncodeToString(vault.Seal([]byte(checkText), checkContext))
		return tx.SetMeta(checkMeta, check)
	})
	if err != nil {
		return "", fmt.Errorf("storing the master key check: %w", err)
	}
	return check, nil
}

// masterKey returns the text of the master key and where it came from. A key
// file is made only for a database that has no secrets yet.
func (in *Installation) masterKey(fresh bool) (text, where string, err error) {
	if !in.cfg.MasterKey.Empty() {
		return in.cfg.MasterKey.Reveal(), "DAYPASS_MASTER_KEY", nil
	}
	name := in.cfg.MasterFile
	if name == "" {
		name = filepath.Join(in.cfg.Dir, "master.key")
	}
	raw, err := os.ReadFile(name)
	switch {
	case err == nil:
		return string(raw), name, nil
	case !errors.Is(err, os.ErrNotExist):
		return "", "", fmt.Errorf("reading the master key: %w", err)
	case in.cfg.MasterFile != "":
		return "", "", fmt.Errorf("master key file %s does not exist", name)
	case !fresh:
		return "", "", fmt.Errorf("the database has secrets but %s is lost; restore it from a backup: without it no stored secret can be read", name)
	}
	text = keys.NewMaster()
	if err := writeNew(name, text+"\n"); err != nil {
		return "", "", fmt.Errorf("writing the master key: %w", err)
	}
	return text, name, nil
}

// writeNew writes a file that must not be there yet, readable by its owner
// alone. The file appears with all its text, or not at all: a process that is
// killed here must not leave half a key to the next start. It is on disk when
// writeNew returns.
func writeNew(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), name); err != nil { // unlike a rename, never over a file that is there
		return err
	}
	return syncDir(filepath.Dir(name))
}

// syncDir has the names in a directory outlive a power cut. Not every system
// can sync a directory; it is no error where it cannot.
func syncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, os.ErrPermission) && !errors.Is(err, os.ErrInvalid) {
		return err
	}
	return nil
}
