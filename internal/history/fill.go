package history

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/daypass/daypass/internal/spool"
)

// fill takes what the spool has into the history. A block that is not whole is
// stored when a while has passed, or at once if all is set.
//
// Blocks and cursor are stored in one transaction, so that each record is taken
// once, whenever the process ends. What fails is begun again from what is stored.
func (h *History) fill(ctx context.Context, all bool) (err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	db, err := h.opened(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err == nil {
			return
		}
		h.loaded, h.packs = false, nil
		h.broken(db, err)
	}()
	if !h.loaded {
		if err := h.load(ctx, db); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		next, err := spool.Read(h.cfg.Spool, h.at, h.take)
		if err != nil {
			return err
		}
		ended := next == h.at
		h.at = next
		if len(h.packs) >= packsMost || ended && (all || len(h.packs) > 0 || time.Since(h.flushed) >= settle) {
			if err := h.flush(ctx, db); err != nil {
				return err
			}
		}
		if ended {
			return nil
		}
		runtime.Gosched() // whoever waits for an answer goes first
	}
	return ctx.Err()
}

// take takes a record into the block that is open.
func (h *History) take(record []byte) error {
	if !h.event.read(record) {
		h.skipped.Add(1)
		return nil
	}
	h.open.add(&h.event, record)
	h.records.Add(1)
	if h.open.full() {
		h.packs = append(h.packs, h.open.pack())
		h.open.reset(h.open.number + 1)
		h.stored = 0
	}
	return nil
}

// flush stores what was taken.
func (h *History) flush(ctx context.Context, db *database) error {
	packs := h.packs
	if h.open.records > h.stored {
		packs = append(packs, h.open.pack())
	}
	h.flushed = time.Now()
	if len(packs) == 0 && *h.behind.Load() == h.at {
		return nil
	}
	if err := db.put(ctx, h.spoolID, packs, cursor{h.at, h.open.number}); err != nil {
		return fmt.Errorf("storing events: %w", err)
	}
	clear(h.packs)
	h.packs, h.stored = h.packs[:0], h.open.records
	at := h.at
	h.behind.Store(&at)
	return nil
}

// load begins where the database says that the history ends: at its cursor, with
// the block that was not whole.
func (h *History) load(ctx context.Context, db *database) error {
	c, err := db.cursor(ctx, h.spoolID)
	if err != nil {
		return fmt.Errorf("reading how far the event history goes: %w", err)
	}
	h.at, h.packs = c.at, nil
	h.open.reset(c.number)
	stored, err := db.text(ctx, h.spoolID, c.number)
	if err != nil {
		return fmt.Errorf("reading the last events: %w", err)
	}
	if stored != nil {
		text, err := unpack(stored, nil)
		if err == nil {
			err = each(text, func(record []byte) bool {
				if h.event.read(record) {
					h.open.add(&h.event, record)
				}
				return true
			})
		}
		if err != nil { // it is left as it is; what comes goes to the next
			h.cfg.Log.Error("reading the last events", "err", err)
			h.open.reset(c.number + 1)
		}
	}
	h.stored, h.loaded = h.open.records, true
	h.behind.Store(&c.at)
	if _, missed, err := spool.Behind(h.cfg.Spool, c.at); err == nil && missed {
		h.cfg.Log.Warn("the spool has dropped records that the event history did not have yet; --spool-keep bounds it")
	}
	return nil
}
