package store

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Restorable is a backup that was read to its end and found whole. It is a
// database of its own, at the schema of this program: one of an older schema
// has been migrated on its way.
type Restorable struct {
	Created time.Time // of the backup
	Rows    int64

	dir    string
	db     *DB // with a writer alone
	tables []table
}

// Close removes what ReadBackup has put on disk.
func (b *Restorable) Close() error {
	return errors.Join(b.db.close(), os.RemoveAll(b.dir))
}

// ReadBackup reads a backup into a temporary directory below dir, and proves
// that it is whole and was made under the vault's master key: [ErrDamaged],
// [ErrOtherKey]. Nothing else is touched.
func ReadBackup(ctx context.Context, dir string, r io.Reader, vault Vault) (b *Restorable, err error) {
	known, err := readMigrations()
	if err != nil {
		return nil, err
	}
	in := &backupReader{hash: sha256.New()}
	z, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return nil, fmt.Errorf("%w: it does not begin as one: %w", ErrDamaged, err)
	}
	in.from = bufio.NewReaderSize(z, 1<<16)
	head, err := in.header(known, vault)
	if err != nil {
		return nil, err
	}
	b = &Restorable{Created: head.Created}
	if b.dir, err = os.MkdirTemp(dir, ".restore-*"); err != nil { // mode 0700
		return nil, fmt.Errorf("reading the backup: %w", err)
	}
	if b.db, err = openScratch(filepath.Join(b.dir, sqliteFile)); err == nil {
		err = b.fill(ctx, in, known[:head.Schema], vault)
	}
	if err == nil {
		b.tables, err = backupTables(ctx, known)
	}
	if err == nil {
		err = b.db.migrate(ctx, sqliteDialect)
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	b.Rows = in.rows
	return b, nil
}

// bulkCache is room for the indexes of a large database: ids are random, and
// each row goes to a page of its own.
const bulkCache = "_pragma=cache_size(-32768)" // KiB

// openScratch makes a database that nobody misses after a crash.
func openScratch(file string) (*DB, error) {
	db := &DB{log: slog.New(slog.DiscardHandler)}
	db.name.renew()
	p, err := sqlitePool(file, "_pragma=synchronous(off)&_pragma=journal_mode(off)&_pragma=foreign_keys(1)&"+bulkCache, 1, "begin immediate")
	db.writer = p
	return db, err
}

// fill makes the tables as they were when the backup was made, and puts the
// rows into them.
func (b *Restorable) fill(ctx context.Context, in *backupReader, known []migration, vault Vault) error {
	tables, err := backupTables(ctx, known)
	if err != nil {
		return err
	}
	return b.db.aside(ctx, func(tx *Tx) error {
		if err := tx.migrate(sqliteDialect, known); err != nil {
			return err
		}
		for _, t := range tables {
			if err := in.table(ctx, tx, t); err != nil {
				return err
			}
		}
		return in.trailer(vault)
	})
}

// Empty reports whether there is nothing in the database that a restore would
// replace.
func (db *DB) Empty(ctx context.Context) (empty bool, err error) {
	known, err := readMigrations()
	if err != nil {
		return false, err
	}
	tables, err := backupTables(ctx, known)
	if err != nil {
		return false, err
	}
	err = db.View(ctx, func(tx *Tx) (err error) {
		empty, err = tx.empty(tables)
		return err
	})
	return empty, err
}

func (tx *Tx) empty(tables []table) (bool, error) {
	for _, t := range tables {
		n, err := tx.count("select count(*) from (select 1 from " + t.name + " limit 1) as r")
		if err != nil || n > 0 {
			return false, err
		}
	}
	return true, nil
}

// Restore replaces what the database holds by what the backup does, in one
// transaction, and has every process that watches drop what it has in memory.
// Unless replace is set, the database must be empty: [ErrNotEmpty].
func (db *DB) Restore(ctx context.Context, b *Restorable, replace bool) error {
	db.writes.writing.Lock()
	defer db.writes.writing.Unlock()
	pool, done := db.bulk(db.writer)
	defer done()
	tx, err := db.open(ctx, pool)
	if err != nil {
		return unavailable(err)
	}
	tx.write = true
	if err := tx.restore(ctx, b, replace); err != nil {
		return unavailable(errors.Join(err, tx.rollback()))
	}
	if err := tx.commit(); err != nil {
		return unavailable(fmt.Errorf("committing: %w", err))
	}
	db.tell([]Change{{Kind: Everything}})
	return nil
}

func (tx *Tx) restore(ctx context.Context, b *Restorable, replace bool) error {
	epoch, err := tx.nextEpoch()
	if err != nil {
		return err
	}
	if tx.db.listens != nil { // PostgreSQL has writers that do not wait for the epoch
		for _, t := range b.tables {
			if _, err := tx.exec("lock table " + t.name + " in share row exclusive mode"); err != nil {
				return err
			}
		}
	}
	empty, err := tx.empty(b.tables)
	if err != nil {
		return err
	}
	if !empty && !replace {
		return ErrNotEmpty
	}
	if tx.db.listens == nil {
		if _, err := tx.exec("pragma cache_size = -32768"); err != nil {
			return err
		}
	}
	for _, t := range slices.Backward(b.tables) {
		if slices.Contains(keptByRestore, t.name) {
			continue
		}
		if _, err := tx.exec("delete from " + t.name); err != nil {
			return fmt.Errorf("emptying the table %s: %w", t.name, err)
		}
	}
	err = b.db.aside(ctx, func(from *Tx) error {
		for _, t := range b.tables {
			if err := tx.copyTable(ctx, from, t); err != nil {
				return fmt.Errorf("restoring the table %s: %w", t.name, err)
			}
		}
		return nil
	})
	if err == nil {
		err = tx.endChains()
	}
	if err != nil {
		return err
	}
	return tx.logChanges(epoch, []*update{{changes: []Change{{Kind: Everything}}}})
}

// endChains has the digests of trails begin new chains: those of the backup may
// have successors in the bucket by now, which a fork would leave out.
func (tx *Tx) endChains() error {
	for _, query := range []string{"update trail_file set digest = 0 where digest > 0", "delete from trail_digest"} {
		if _, err := tx.exec(query); err != nil {
			return fmt.Errorf("restoring the digests of trails: %w", err)
		}
	}
	return nil
}

func (tx *Tx) copyTable(ctx context.Context, from *Tx, t table) error {
	in := newInserter(tx, t)
	err := from.each("select "+in.names+" from "+t.name, len(t.columns), func(row []any) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return in.add(row)
	})
	if err != nil {
		return err
	}
	return in.flush()
}

// inserter gathers rows of a table into statements of many.
type inserter struct {
	tx         *Tx
	t          table
	names      string
	many, each string // the statements for a full batch, and for one row
	args       []any
}

const insertRows = 50

func newInserter(tx *Tx, t table) *inserter {
	var names []string
	for _, c := range t.columns {
		names = append(names, c.name)
	}
	in := &inserter{tx: tx, t: t, names: strings.Join(names, ", ")}
	in.many, in.each = in.statement(insertRows), in.statement(1)
	return in
}

func (in *inserter) statement(rows int) string {
	var b strings.Builder
	b.WriteString("insert into " + in.t.name + " (" + in.names + ") values ")
	n := 0
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for j := range in.t.columns {
			if j > 0 {
				b.WriteString(", ")
			}
			n++
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteByte(')')
	}
	if slices.Contains(keptByRestore, in.t.name) {
		b.WriteString(" on conflict do nothing")
	}
	return b.String()
}

func (in *inserter) add(row []any) error {
	in.args = append(in.args, row...)
	if len(in.args) < insertRows*len(in.t.columns) {
		return nil
	}
	_, err := in.tx.exec(in.many, in.args...)
	in.args = in.args[:0]
	return err
}

// flush inserts the rows that make no full batch.
func (in *inserter) flush() error {
	for row := range slices.Chunk(in.args, len(in.t.columns)) {
		if _, err := in.tx.exec(in.each, row...); err != nil {
			return err
		}
	}
	in.args = in.args[:0]
	return nil
}

// maxBackupLine bounds what a damaged backup has us hold in memory.
const maxBackupLine = 16 << 20

// backupReader reads the lines of a backup.
type backupReader struct {
	from *bufio.Reader
	hash hash.Hash // of the lines before the last that was read
	line []byte    // the last that was read
	back bool      // the line is to be read once more
	rows int64
}

// next reads a line, without its end. What cannot be read is ErrDamaged.
func (in *backupReader) next() ([]byte, error) {
	if in.back {
		in.back = false
		return bytes.TrimSuffix(in.line, []byte("\n")), nil
	}
	_, _ = in.hash.Write(in.line)
	in.line = in.line[:0]
	for {
		part, err := in.from.ReadSlice('\n')
		in.line = append(in.line, part...)
		switch {
		case err == nil:
			return in.line[:len(in.line)-1], nil
		case errors.Is(err, bufio.ErrBufferFull) && len(in.line) < maxBackupLine:
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("%w: a line is too long", ErrDamaged)
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("%w: it ends too early", ErrDamaged)
		default:
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
	}
}

// object reads a line that is an object with exactly the fields of v.
func (in *backupReader) object(v any) error {
	line, err := in.next()
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

func (in *backupReader) header(known []migration, vault Vault) (h backupHeader, err error) {
	line, err := in.next()
	if err != nil {
		return h, err
	}
	err = json.Unmarshal(line, &h) // a later format may have more in it
	if err != nil || h.Format < 1 || h.Schema < 1 {
		return h, fmt.Errorf("%w: its first line is not that of a backup", ErrDamaged)
	}
	if h.Format > backupFormat {
		return h, fmt.Errorf("the backup has format %d, and this daypass knows formats up to %d: use a newer daypass", h.Format, backupFormat)
	}
	if h.Schema > len(known) {
		return h, fmt.Errorf("the backup has schema version %d, and this daypass knows versions up to %d: use a newer daypass", h.Schema, len(known))
	}
	if plain, err := vault.Open(h.Key, backupContext); err != nil || string(plain) != backupCheck {
		return h, ErrOtherKey
	}
	if known[h.Schema-1].checksum != h.Checksum {
		return h, fmt.Errorf("migration %s of the backup is not the one that this daypass knows as %s", h.Migration, known[h.Schema-1].name)
	}
	return h, nil
}

// table reads the rows of a table and inserts them.
func (in *backupReader) table(ctx context.Context, tx *Tx, t table) error {
	var head backupTable
	if err := in.object(&head); err != nil {
		return err
	}
	to := newInserter(tx, t)
	if head.Table != t.name || strings.Join(head.Columns, ", ") != to.names {
		return fmt.Errorf("%w: it has the table %q where %s is due", ErrDamaged, head.Table, t.name)
	}
	row := make([]any, len(t.columns))
	for {
		line, err := in.next()
		if err != nil {
			return err
		}
		if len(line) == 0 || line[0] != '[' {
			in.back = true
			return misfit(to.flush(), t)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := parseRow(line, t, row); err != nil {
			return fmt.Errorf("%w: a row of %s: %w", ErrDamaged, t.name, err)
		}
		in.rows++
		if err := misfit(to.add(row), t); err != nil {
			return err
		}
	}
}

// misfit is ErrDamaged for rows that a table does not take, and no other
// failure to insert them.
func misfit(err error, t table) error {
	if err == nil || surroundings(err) {
		return err
	}
	return fmt.Errorf("%w: rows of %s: %w", ErrDamaged, t.name, err)
}

func parseRow(line []byte, t table, row []any) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return err
	}
	if len(raw) != len(row) {
		return fmt.Errorf("it has %d values, want %d", len(raw), len(row))
	}
	for i, v := range raw {
		var err error
		if row[i], err = parseValue(v, t.columns[i].typ); err != nil {
			return fmt.Errorf("column %s: %w", t.columns[i].name, err)
		}
	}
	return nil
}

func parseValue(raw json.RawMessage, typ string) (any, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	switch typ {
	case "bigint":
		return strconv.ParseInt(string(raw), 10, 64)
	case "bytea":
		var b []byte
		err := json.Unmarshal(raw, &b)
		if b == nil {
			b = []byte{}
		}
		return b, err
	}
	if raw[0] == '{' {
		var other struct{ Base64 []byte }
		err := json.Unmarshal(raw, &other)
		return string(other.Base64), err
	}
	if n := len(raw) - 1; n > 0 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1:n]), nil
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}

// trailer reads the last line and compares it with what came before.
func (in *backupReader) trailer(vault Vault) error {
	var end backupTrailer
	if err := in.object(&end); err != nil {
		return err
	}
	sum := in.hash.Sum(nil)
	if end.SHA256 != hex.EncodeToString(sum) || end.Rows != in.rows {
		return fmt.Errorf("%w: its checksum is another", ErrDamaged)
	}
	if proved, err := vault.Open(end.Proof, backupContext); err != nil || !bytes.Equal(proved, sum) {
		return fmt.Errorf("%w: it was altered by who does not hold the master key", ErrDamaged)
	}
	if _, err := in.from.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: it goes on after its end", ErrDamaged)
	}
	return nil
}
