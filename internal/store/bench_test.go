package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

func benchDB(b *testing.B) *store.DB {
	b.Helper()
	db, err := store.Open(b.Context(), store.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	err = db.Update(b.Context(), func(tx *store.Tx) error {
		return tx.CreateAccount(iam.Account{ID: acct, Name: "main", Created: t0})
	})
	if err != nil {
		b.Fatal(err)
	}
	return db
}

// BenchmarkUpdate makes users durably, one Update each.
func BenchmarkUpdate(b *testing.B) {
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			db := benchDB(b)
			var n atomic.Int64
			b.SetParallelism(clients) // times GOMAXPROCS
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					u := user(fmt.Sprintf("u%d", n.Add(1)))
					if err := db.Update(b.Context(), func(tx *store.Tx) error { return tx.CreateUser(u) }); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// BenchmarkView looks a user up among many.
func BenchmarkView(b *testing.B) {
	for _, users := range []int{10, 100_000} {
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			db := benchDB(b)
			err := db.Update(b.Context(), func(tx *store.Tx) error {
				for i := range users {
					if err := tx.CreateUser(user(fmt.Sprintf("u%d", i))); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			for i := 0; b.Loop(); i++ {
				name := fmt.Sprintf("u%d", i%users)
				if err := db.View(b.Context(), func(tx *store.Tx) error { _, err := tx.User(acct, name); return err }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
