package store

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/stdlib"
)

// A backup is one snapshot of either database, in a form that either can be
// made from again. It is a gzip stream of lines of JSON:
//
//	{"daypass-backup":1,"schema":3,"migration":"0003_once","checksum":"…","created":"…","key":"…"}
//	{"table":"account","columns":["id","name",…]}
//	["111122223333","first",…]           a row: text, bigint as a number, bytea in base64
//	…                                    the other tables, each after those it refers to
//	{"rows":12345,"sha256":"…","proof":"…"}
//
// Secrets stay wrapped under the master key, which is not in it. "key" is a
// known text under the master key: the wrong one is noticed before anything is
// read. "sha256" is the hash of all lines before the last, and "proof" is that
// hash under the master key: a file that is cut short or damaged is noticed,
// and one that was made by who does not hold the key.
//
// The log of changes and its epoch stay out: they belong to a database, not to
// what it holds.

// Failures of reading a backup.
var (
	ErrDamaged  = errors.New("the backup is damaged or incomplete")
	ErrOtherKey = errors.New("the backup was made under another master key")
	ErrNotEmpty = errors.New("the database is not empty")
)

// Vault is what backups use of the master key.
type Vault interface {
	Seal(plain []byte, context string) []byte
	Open(sealed []byte, context string) ([]byte, error)
}

const (
	backupFormat  = 1
	backupContext = "backup"
	backupCheck   = "daypass"
)

type backupHeader struct {
	Format    int       `json:"daypass-backup"`
	Schema    int       `json:"schema"`
	Migration string    `json:"migration"`
	Checksum  string    `json:"checksum"` // of the migration
	Created   time.Time `json:"created"`
	Key       []byte    `json:"key"`
}

type backupTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

type backupTrailer struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
	Proof  []byte `json:"proof"`
}

// notInBackups are the tables that stay with their database.
var notInBackups = []string{"epoch", "change_log"}

// keptByRestore are the tables that a restore adds to: what was used once stays
// used, whatever else a restore takes back, and what a key has signed is to be
// verified.
var keptByRestore = []string{"used_once", "trail_key"}

func backupTables(ctx context.Context, known []migration) ([]table, error) {
	all, err := schemaTables(ctx, known)
	return slices.DeleteFunc(all, func(t table) bool { return slices.Contains(notInBackups, t.name) }), err
}

// bulk returns a connection for a transaction that may take as long as it
// takes, and a function that gives it back.
func (db *DB) bulk(p *pool) (*pool, func()) {
	if db.listens == nil {
		return p, func() {}
	}
	conf := *db.listens
	conf.AfterConnect = nil // sets the limits
	long := newPool(stdlib.OpenDB(conf), 1, p.begin)
	long.cancel = p.cancel
	return long, func() { _ = long.close() }
}

// Backup writes one snapshot of the database to w while others go on, and
// returns how many rows it has. It holds a row at a time in memory.
func (db *DB) Backup(ctx context.Context, w io.Writer, vault Vault, now time.Time) (rows int64, err error) {
	known, err := readMigrations()
	if err != nil {
		return 0, err
	}
	return db.backup(ctx, w, vault, now, known)
}

func (db *DB) backup(ctx context.Context, w io.Writer, vault Vault, now time.Time, known []migration) (rows int64, err error) {
	tables, err := backupTables(ctx, known)
	if err != nil {
		return 0, err
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return 0, err
	}
	b := &backupWriter{to: bufio.NewWriterSize(z, 1<<16), hash: sha256.New()}
	last := known[len(known)-1]
	b.object(backupHeader{
		Format: backupFormat, Schema: len(known), Migration: last.name, Checksum: last.checksum,
		Created: now.UTC(), Key: vault.Seal([]byte(backupCheck), backupContext),
	})
	pool, done := db.bulk(db.readers)
	defer done()
	err = db.read(ctx, pool, func(tx *Tx) error {
		for _, t := range tables {
			if err := b.table(ctx, tx, t); err != nil {
				return fmt.Errorf("backing up the table %s: %w", t.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	sum := b.hash.Sum(nil)
	b.object(backupTrailer{Rows: b.rows, SHA256: hex.EncodeToString(sum), Proof: vault.Seal(sum, backupContext)})
	if err := errors.Join(b.err, b.to.Flush(), z.Close()); err != nil {
		return 0, fmt.Errorf("writing the backup: %w", err)
	}
	return b.rows, nil
}

// backupWriter writes lines. Its err is the first failure, which later lines
// do nothing about.
type backupWriter struct {
	to   *bufio.Writer
	hash hash.Hash // of the lines so far
	line []byte
	rows int64
	err  error
}

func (b *backupWriter) object(v any) {
	line, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers and a time always marshal
	}
	b.end(line)
}

func (b *backupWriter) end(line []byte) {
	line = append(line, '\n')
	_, _ = b.hash.Write(line)
	if _, err := b.to.Write(line); err != nil && b.err == nil {
		b.err = fmt.Errorf("writing the backup: %w", err)
	}
}

func (b *backupWriter) table(ctx context.Context, tx *Tx, t table) error {
	head := backupTable{Table: t.name}
	for _, c := range t.columns {
		head.Columns = append(head.Columns, c.name)
	}
	b.object(head)
	return tx.each("select "+strings.Join(head.Columns, ", ")+" from "+t.name, len(t.columns), func(row []any) error {
		b.rows++
		b.line = append(b.line[:0], '[')
		for i, v := range row {
			if i > 0 {
				b.line = append(b.line, ',')
			}
			b.line = appendValue(b.line, v)
		}
		b.line = append(b.line, ']')
		b.end(b.line)
		return errors.Join(b.err, ctx.Err())
	})
}

// each calls f for each row of the query. The row is good until f returns.
func (tx *Tx) each(query string, columns int, f func(row []any) error) error {
	s, err := tx.conn.stmt(tx.ctx, query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(tx.ctx)
	if err != nil {
		return err
	}
	defer rows.Close()
	row, dest := make([]any, columns), make([]any, columns)
	for i := range row {
		dest[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		for i, v := range row {
			if b, ok := v.([]byte); ok && b == nil {
				row[i] = []byte{} // and not NULL
			}
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// appendValue appends a value of a row. Text that JSON cannot hold, which is
// none that this package was given by a request, is an object.
func appendValue(line []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(line, "null"...)
	case int64:
		return strconv.AppendInt(line, v, 10)
	case []byte:
		line = append(line, '"')
		line = base64.StdEncoding.AppendEncode(line, v)
		return append(line, '"')
	case string:
		return appendText(line, v)
	}
	panic(fmt.Sprintf("store: a column holds a %T", v))
}

func appendText(line []byte, s string) []byte {
	if !utf8.ValidString(s) {
		line = append(line, `{"base64":"`...)
		line = base64.StdEncoding.AppendEncode(line, []byte(s))
		return append(line, `"}`...)
	}
	plain := true
	for i := range len(s) {
		plain = plain && s[i] >= ' ' && s[i] != '"' && s[i] != '\\'
	}
	if plain {
		line = append(line, '"')
		line = append(line, s...)
		return append(line, '"')
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return append(line, quoted...)
}
