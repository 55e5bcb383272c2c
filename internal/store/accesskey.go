package store

import "github.com/daypass/daypass/internal/iam"

const keyColumns = "id, account, user_id, status, created, sealed"

func scanKey(r scanner) (k iam.AccessKey, err error) {
	var created int64
	err = r.Scan(&k.ID, &k.Account, &k.UserID, &k.Status, &created, &k.Sealed)
	k.Created = fromMillis(created)
	return k, err
}

// CreateAccessKey adds a key; ErrExists if the id is taken.
func (tx *Tx) CreateAccessKey(k iam.AccessKey) error {
	tx.touchKey(k)
	if _, err := tx.change("delete from deleted_key where id = $1", k.ID); err != nil {
		return err
	}
	err := tx.insert(`insert into access_key (`+keyColumns+`) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
		k.ID, k.Account, k.UserID, string(k.Status), millis(k.Created), k.Sealed)
	return missing(err, "access key", k.ID)
}

// AccessKey returns the key with the id, in whatever account and state it is.
func (tx *Tx) AccessKey(id string) (iam.AccessKey, error) {
	k, err := one(tx, scanKey, "select "+keyColumns+" from access_key where id = $1", id)
	return k, missing(err, "access key", id)
}

// AccessKeysOf returns the keys of a user of the account, or those of its root
// user for "", the oldest first.
func (tx *Tx) AccessKeysOf(account, userID string) ([]iam.AccessKey, error) {
	return list(tx, scanKey, "select "+keyColumns+" from access_key where account = $1 and user_id = $2 order by created, id", account, userID)
}

// SetAccessKeyStatus enables or disables the key.
func (tx *Tx) SetAccessKeyStatus(k iam.AccessKey, s iam.KeyStatus) error {
	tx.touchKey(k)
	return missing(tx.must("update access_key set status = $2 where id = $1", k.ID, string(s)), "access key", k.ID)
}

// ReplaceAccessKeySecret gives the key another secret.
func (tx *Tx) ReplaceAccessKeySecret(k iam.AccessKey, sealed []byte) error {
	tx.touchKey(k)
	return missing(tx.must("update access_key set sealed = $2 where id = $1", k.ID, sealed), "access key", k.ID)
}

// AccessKeyDeleted reports whether there was a key with the id that was
// deleted.
func (tx *Tx) AccessKeyDeleted(id string) (bool, error) {
	n, err := tx.count("select count(*) from deleted_key where id = $1", id)
	return n > 0, err
}

// DeleteAccessKey removes the key; that it was there is remembered.
func (tx *Tx) DeleteAccessKey(k iam.AccessKey) error {
	tx.touchKey(k)
	if err := tx.forgetUse(k.ID); err != nil {
		return err
	}
	if err := tx.must("delete from access_key where id = $1", k.ID); err != nil {
		return missing(err, "access key", k.ID)
	}
	_, err := tx.change("insert into deleted_key (id, account) values ($1, $2) on conflict do nothing", k.ID, k.Account)
	return err
}

func (tx *Tx) touchKey(k iam.AccessKey) { tx.touch(AccessKeyChange, k.Account, k.ID, "") }
