// Package store keeps what Daypass knows in SQL, behind methods in the words of
// the domain. It decides nothing: who may read or write is settled above it.
//
// [DB.View] runs a function on one snapshot; [DB.Update] runs one in a
// transaction that is on disk when Update returns. Updates of one process are
// grouped: those that wait while a commit is under way share the next one.
//
//	err := db.View(ctx, func(tx *store.Tx) error {
//		role, err := tx.Role(account, name)
//		...
//	})
//
// The database is SQLite in a directory, or PostgreSQL. One SQL text serves
// both; it keeps to what both mean alike: $1, text, bigint, bytea, on
// conflict, returning. Texts compare by their bytes, case is folded in Go, and
// times are milliseconds.
//
// Other processes learn of a commit from the change log: each Update adds one
// to the epoch row before anything else, and so all changes have one order;
// beside it stands what was touched. [DB.Subscribe] hears of local commits
// before Update returns, and of foreign ones from [DB.Watch].
//
// The zero [Config] is an error: there is no default place for a database.
package store
