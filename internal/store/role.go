package store

import (
	"time"

	"github.com/daypass/daypass/internal/iam"
)

const roleColumns = "id, account, path, name, created, boundary, tags, trust, description, max_session"

func scanRole(r scanner) (v iam.Role, err error) {
	var created, maxSession int64
	var tags string
	err = r.Scan(&v.ID, &v.Account, &v.Path, &v.Name, &created, &v.Boundary, &tags, &v.Trust, &v.Description, &maxSession)
	if err != nil {
		return v, err
	}
	v.Created, v.MaxSession = fromMillis(created), time.Duration(maxSession)*time.Second
	v.Tags, err = decodeTags(tags)
	return v, err
}

// CreateRole adds a role; ErrExists if the account has one of the name.
func (tx *Tx) CreateRole(r iam.Role) error {
	tx.touch(RoleChange, r.Account, r.ID, r.Name)
	err := tx.insert(`insert into iam_role (`+roleColumns+`, fold)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
		r.ID, r.Account, r.Path, r.Name, millis(r.Created), r.Boundary, encodeTags(r.Tags), r.Trust, r.Description,
		int64(r.MaxSession/time.Second), iam.Fold(r.Name))
	return missing(err, "role", r.Name)
}

// Role returns the account's role of the name, ignoring case.
func (tx *Tx) Role(account, name string) (iam.Role, error) {
	r, err := one(tx, scanRole, "select "+roleColumns+" from iam_role where account = $1 and fold = $2", account, iam.Fold(name))
	return r, missing(err, "role", name)
}

// RoleByID returns the role with the unique id.
func (tx *Tx) RoleByID(id string) (iam.Role, error) {
	r, err := one(tx, scanRole, "select "+roleColumns+" from iam_role where id = $1", id)
	return r, missing(err, "role", id)
}

// Roles returns a page of the account's roles.
func (tx *Tx) Roles(account string, p Page) ([]iam.Role, error) {
	return list(tx, scanRole, "select "+roleColumns+" from iam_role"+pageClause, p.args(account)...)
}

// CountRoles returns how many roles the account has.
func (tx *Tx) CountRoles(account string) (int, error) {
	return tx.count("select count(*) from iam_role where account = $1", account)
}

// UpdateRole makes the role was into now. Roles are not renamed.
func (tx *Tx) UpdateRole(was, now iam.Role) error {
	tx.touch(RoleChange, was.Account, was.ID, was.Name)
	err := tx.must(`update iam_role set boundary = $2, tags = $3, trust = $4, description = $5, max_session = $6 where id = $1`,
		was.ID, now.Boundary, encodeTags(now.Tags), now.Trust, now.Description, int64(now.MaxSession/time.Second))
	return missing(err, "role", was.Name)
}

// DeleteRole removes the role. Its policies and its places in instance
// profiles must be gone before.
func (tx *Tx) DeleteRole(r iam.Role) error {
	tx.touch(RoleChange, r.Account, r.ID, r.Name)
	if err := tx.forgetUse(r.ID); err != nil {
		return err
	}
	return missing(tx.must("delete from iam_role where id = $1", r.ID), "role", r.Name)
}
