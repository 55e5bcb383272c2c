package store

import (
	"github.com/daypass/daypass/internal/iam"
)

const userColumns = "id, account, path, name, created, boundary, tags"

func scanUser(r scanner) (u iam.User, err error) {
	var created int64
	var tags string
	if err = r.Scan(&u.ID, &u.Account, &u.Path, &u.Name, &created, &u.Boundary, &tags); err != nil {
		return u, err
	}
	u.Created = fromMillis(created)
	u.Tags, err = decodeTags(tags)
	return u, err
}

// CreateUser adds a user; ErrExists if the account has one of the name.
func (tx *Tx) CreateUser(u iam.User) error {
	tx.touch(UserChange, u.Account, u.ID, u.Name)
	err := tx.insert(`insert into iam_user (`+userColumns+`, fold)
		values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
		u.ID, u.Account, u.Path, u.Name, millis(u.Created), u.Boundary, encodeTags(u.Tags), iam.Fold(u.Name))
	return missing(err, "user", u.Name)
}

// User returns the account's user of the name, ignoring case.
func (tx *Tx) User(account, name string) (iam.User, error) {
	u, err := one(tx, scanUser, "select "+userColumns+" from iam_user where account = $1 and fold = $2", account, iam.Fold(name))
	return u, missing(err, "user", name)
}

// UserByID returns the user with the unique id.
func (tx *Tx) UserByID(id string) (iam.User, error) {
	u, err := one(tx, scanUser, "select "+userColumns+" from iam_user where id = $1", id)
	return u, missing(err, "user", id)
}

// Users returns a page of the account's users.
func (tx *Tx) Users(account string, p Page) ([]iam.User, error) {
	return list(tx, scanUser, "select "+userColumns+" from iam_user"+pageClause, p.args(account)...)
}

// CountUsers returns how many users the account has.
func (tx *Tx) CountUsers(account string) (int, error) {
	return tx.count("select count(*) from iam_user where account = $1", account)
}

// UpdateUser makes the user was into now: path, name, boundary and tags.
// ErrExists if another user has the name.
func (tx *Tx) UpdateUser(was, now iam.User) error {
	if err := tx.nameFree("iam_user", now.Account, now.Name, now.ID); err != nil {
		return missing(err, "user", now.Name)
	}
	tx.touch(UserChange, was.Account, was.ID, was.Name)
	if now.Name != was.Name {
		tx.touch(UserChange, now.Account, now.ID, now.Name)
	}
	err := tx.must("update iam_user set path = $2, name = $3, fold = $4, boundary = $5, tags = $6 where id = $1",
		was.ID, now.Path, now.Name, iam.Fold(now.Name), now.Boundary, encodeTags(now.Tags))
	return missing(err, "user", was.Name)
}

// DeleteUser removes the user and its memberships. What else it holds must be
// gone before.
func (tx *Tx) DeleteUser(u iam.User) error {
	tx.touch(UserChange, u.Account, u.ID, u.Name)
	if _, err := tx.change("delete from membership where user_id = $1", u.ID); err != nil {
		return err
	}
	return missing(tx.must("delete from iam_user where id = $1", u.ID), "user", u.Name)
}

// nameFree reports ErrExists when another row than id has the name. The table
// is a constant of this package.
func (tx *Tx) nameFree(table, account, name, id string) error {
	n, err := tx.count("select count(*) from "+table+" where account = $1 and fold = $2 and id <> $3", account, iam.Fold(name), id)
	if err == nil && n > 0 {
		err = ErrExists
	}
	return err
}
