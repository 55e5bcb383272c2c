package history

import (
	"context"
	"database/sql"
	"errors"

	"github.com/daypass/daypass/internal/spool"
)

// cursor is how far a spool has been read into the history, and the number of
// the block that its next records go to.
type cursor struct {
	at     spool.Position
	number int64
}

// cursor returns that of a spool; the zero one before its first record.
func (db *database) cursor(ctx context.Context, spoolID string) (c cursor, err error) {
	var segment int64
	err = db.read.QueryRowContext(ctx, "select segment, place, number from history_cursor where spool = $1", spoolID).
		Scan(&segment, &c.at.Offset, &c.number)
	if errors.Is(err, sql.ErrNoRows) {
		return cursor{}, nil
	}
	c.at.Segment = uint64(segment)
	return c, err
}

// put stores the blocks and the cursor behind them, all or nothing. A block that
// is there already, not whole then, is replaced.
func (db *database) put(ctx context.Context, spoolID string, packs []pack, c cursor) error {
	return db.update(ctx, func(tx *sql.Tx) error {
		for _, p := range packs {
			_, err := tx.ExecContext(ctx, `insert into history_block (spool, number, oldest, newest, bytes, filter) values ($1, $2, $3, $4, $5, $6)
				on conflict (spool, number) do update set oldest = excluded.oldest, newest = excluded.newest, bytes = excluded.bytes, filter = excluded.filter`,
				spoolID, p.number, p.oldest, p.newest, len(p.filter)+len(p.text), []byte(p.filter))
			if err == nil {
				_, err = tx.ExecContext(ctx, `insert into history_text (spool, number, body) values ($1, $2, $3)
					on conflict (spool, number) do update set body = excluded.body`, spoolID, p.number, p.text)
			}
			if err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `insert into history_cursor (spool, segment, place, number) values ($1, $2, $3, $4)
			on conflict (spool) do update set segment = excluded.segment, place = excluded.place, number = excluded.number`,
			spoolID, int64(c.at.Segment), c.at.Offset, c.number)
		return err
	})
}

// pack is a block as it is stored.
type pack struct {
	number         int64
	oldest, newest string
	filter         filter
	text           []byte
}

// entry is a block in the index.
type entry struct {
	spool          string
	number         int64
	oldest, newest string
	filter         filter
}

// entries returns those of blocks that may have keys from one on and before
// another, the newest first: at most n, after the one given.
func (db *database) entries(ctx context.Context, from, before string, after entry, n int) (all []entry, err error) {
	rows, err := db.read.QueryContext(ctx, `select spool, number, oldest, newest, filter from history_block
		where newest >= $1 and oldest < $2 and (newest, spool, number) < ($3, $4, $5) order by newest desc, spool desc, number desc limit $6`,
		from, before, after.newest, after.spool, after.number, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e entry
		var f []byte
		if err := rows.Scan(&e.spool, &e.number, &e.oldest, &e.newest, &f); err != nil {
			return nil, err
		}
		e.filter = f
		all = append(all, e)
	}
	return all, rows.Err()
}

// text returns the stored text of a block; nil when it is gone.
func (db *database) text(ctx context.Context, spoolID string, number int64) (text []byte, err error) {
	err = db.read.QueryRowContext(ctx, "select body from history_text where spool = $1 and number = $2", spoolID, number).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return text, err
}

// size returns the bytes of all blocks.
func (db *database) size(ctx context.Context) (n int64, err error) {
	var sum sql.NullInt64
	err = db.read.QueryRowContext(ctx, "select cast(sum(bytes) as bigint) from history_block").Scan(&sum)
	return sum.Int64, err
}

// drop deletes the oldest blocks, at most n, whose keys are all before one, and
// no more than it takes for excess bytes. It returns how many, and their bytes.
func (db *database) drop(ctx context.Context, before string, n int, excess int64) (dropped int, bytes int64, err error) {
	err = db.update(ctx, func(tx *sql.Tx) error {
		dropped, bytes = 0, 0
		rows, err := tx.QueryContext(ctx, "select spool, number, bytes from history_block where newest < $1 order by newest limit $2", before, n)
		if err != nil {
			return err
		}
		defer rows.Close()
		var all []entry
		for bytes < excess && rows.Next() {
			var e entry
			var size int64
			if err := rows.Scan(&e.spool, &e.number, &size); err != nil {
				return err
			}
			all, bytes = append(all, e), bytes+size
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		for _, e := range all {
			for _, statement := range []string{
				"delete from history_block where spool = $1 and number = $2", "delete from history_text where spool = $1 and number = $2",
			} {
				if _, err := tx.ExecContext(ctx, statement, e.spool, e.number); err != nil {
					return err
				}
			}
		}
		dropped = len(all)
		return nil
	})
	return dropped, bytes, err
}
