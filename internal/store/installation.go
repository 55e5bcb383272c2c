package store

import "time"

// KeyRow is a key of a key ring, as it is stored.
type KeyRow struct {
	Purpose string
	ID      int64
	Created time.Time
	Retired time.Time // zero while the key may seal
	Sealed  []byte    // wrapped under the master key
}

func scanKeyRow(r scanner) (k KeyRow, err error) {
	var created, retired int64
	err = r.Scan(&k.Purpose, &k.ID, &created, &retired, &k.Sealed)
	k.Created, k.Retired = fromMillis(created), fromMillis(retired)
	return k, err
}

// KeyRing returns the keys of the purpose, the oldest first.
func (tx *Tx) KeyRing(purpose string) ([]KeyRow, error) {
	return list(tx, scanKeyRow, "select purpose, id, created, retired, sealed from key_ring where purpose = $1 order by id", purpose)
}

// PutKeyRing adds a key to the ring, or replaces the one with its id.
func (tx *Tx) PutKeyRing(k KeyRow) error {
	tx.touch(KeyRingChange, "", k.Purpose, "")
	_, err := tx.change(`insert into key_ring (purpose, id, created, retired, sealed) values ($1, $2, $3, $4, $5)
		on conflict (purpose, id) do update set retired = excluded.retired, sealed = excluded.sealed`,
		k.Purpose, k.ID, millis(k.Created), millis(k.Retired), k.Sealed)
	return err
}

// DeleteKeyRing drops a key that nothing needs any more.
func (tx *Tx) DeleteKeyRing(purpose string, id int64) error {
	tx.touch(KeyRingChange, "", purpose, "")
	return missing(tx.must("delete from key_ring where purpose = $1 and id = $2", purpose, id), "key of", purpose)
}

// Meta returns a fact about the installation, or ErrNotFound.
func (tx *Tx) Meta(name string) (string, error) {
	v, err := one(tx, scanText, "select value from meta where name = $1", name)
	return v, missing(err, "meta", name)
}

// SetMeta stores a fact about the installation.
func (tx *Tx) SetMeta(name, value string) error {
	_, err := tx.change(`insert into meta (name, value) values ($1, $2)
		on conflict (name) do update set value = excluded.value`, name, value)
	return err
}
