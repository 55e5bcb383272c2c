package store

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

// template is the file of a database that is empty and migrated. It is made
// once in a process: an ephemeral database starts as a copy of it, which takes
// a fraction of the time that migrating takes.
var template struct {
	once sync.Once
	file []byte
	err  error
}

func makeTemplate() ([]byte, error) {
	dir, err := os.MkdirTemp("", "daypass-template-")
	if err != nil {
		return nil, fmt.Errorf("making a template database: %w", err)
	}
	defer os.RemoveAll(dir)
	db := &DB{log: slog.New(slog.DiscardHandler)}
	db.name.renew()
	err = db.openSQLite(context.Background(), Config{Dir: dir})
	if e := db.close(); err == nil {
		err = e // closing moves the write-ahead log into the file
	}
	if err != nil {
		return nil, fmt.Errorf("making a template database: %w", err)
	}
	return os.ReadFile(filepath.Join(dir, sqliteFile))
}

// startFromTemplate makes an empty database file a copy of the template.
func startFromTemplate(file string) error {
	info, err := os.Stat(file)
	if err != nil || info.Size() > 0 {
		return err
	}
	template.once.Do(func() { template.file, template.err = makeTemplate() })
	if template.err != nil {
		return template.err
	}
	return os.WriteFile(file, template.file, 0o600)
}
