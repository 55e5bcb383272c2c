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
	vault, err := newVault(text, where)
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
	return vault, proveVault(vault, where, check)
}

func newVault(text, where string) (*keys.Vault, error) {
	master, err := keys.ParseMaster(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return keys.NewVault(master)
}

// proveVault compares the vault with what the database keeps to know its
// master key by.
func proveVault(vault *keys.Vault, where, check string) error {
	sealed, err := base64.StdEncoding.DecodeString(check)
	if err != nil {
		return fmt.Errorf("the database's master key check is damaged: %w", err)
	}
	if plain, err := vault.Open(sealed, checkContext); err != nil || string(plain) != checkText {
		return fmt.Errorf("%s is not the master key of this database; restore the right one: without it no stored secret can be read", where)
	}
	return nil
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

// errNoKeyFile is the absence of the key file of the data directory.
var errNoKeyFile = errors.New("there is no master key")

// masterKey returns the text of the master key and where it came from. A key
// file is made only for a database that has no secrets yet.
func (in *Installation) masterKey(fresh bool) (text, where string, err error) {
	text, where, err = findMasterKey(in.cfg)
	switch {
	case !errors.Is(err, errNoKeyFile):
		return text, where, err
	case !fresh:
		return "", "", fmt.Errorf("the database has secrets but %s is lost; restore it from a backup: without it no stored secret can be read", where)
	}
	text = keys.NewMaster()
	if err := writeNew(where, text+"\n"); err != nil {
		return "", "", fmt.Errorf("writing the master key: %w", err)
	}
	return text, where, nil
}

// findMasterKey returns the text of the master key that is there and where it
// came from, which it says too when it fails with errNoKeyFile.
func findMasterKey(cfg Config) (text, where string, err error) {
	if !cfg.MasterKey.Empty() {
		return cfg.MasterKey.Reveal(), "DAYPASS_MASTER_KEY", nil
	}
	where = cfg.MasterFile
	if where == "" {
		where = filepath.Join(cfg.Dir, "master.key")
	}
	raw, err := os.ReadFile(where)
	switch {
	case err == nil:
		return string(raw), where, nil
	case !errors.Is(err, os.ErrNotExist):
		return "", where, fmt.Errorf("reading the master key: %w", err)
	case cfg.MasterFile != "":
		return "", where, fmt.Errorf("master key file %s does not exist", where)
	}
	return "", where, errNoKeyFile
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
