package store

import "github.com/daypass/daypass/internal/iam"

func scanAttachment(r scanner) (a iam.Attachment, err error) {
	err = r.Scan(&a.ARN, &a.Name)
	return a, err
}

// Attach attaches a managed policy to the owner; it is no error if it is
// attached already.
func (tx *Tx) Attach(o Owner, a iam.Attachment) error {
	tx.touchOwner(o)
	_, err := tx.change(`insert into attachment (account, owner_id, arn, name, fold) values ($1, $2, $3, $4, $5)
		on conflict do nothing`, o.Account, o.ID, a.ARN, a.Name, iam.Fold(a.Name))
	return err
}

// Detach ends an attachment; ErrNotFound if there is none.
func (tx *Tx) Detach(o Owner, arn string) error {
	tx.touchOwner(o)
	err := tx.must("delete from attachment where owner_id = $1 and arn = $2", o.ID, arn)
	return missing(err, "attachment of", arn)
}

// AttachedPolicies returns the managed policies of the owner, ordered by name.
func (tx *Tx) AttachedPolicies(ownerID string) ([]iam.Attachment, error) {
	return list(tx, scanAttachment, "select arn, name from attachment where owner_id = $1 order by fold, arn", ownerID)
}

// AttachmentCount returns to how many users, groups and roles of the account
// the policy is attached.
func (tx *Tx) AttachmentCount(account, arn string) (int, error) {
	return tx.count("select count(*) from attachment where account = $1 and arn = $2", account, arn)
}

// BoundaryCount returns for how many users and roles of the account the policy
// is the permissions boundary.
func (tx *Tx) BoundaryCount(account, arn string) (int, error) {
	return tx.count(`select (select count(*) from iam_user where account = $1 and boundary = $2 and boundary <> '')
		+ (select count(*) from iam_role where account = $1 and boundary = $2 and boundary <> '')`, account, arn)
}

// Entities are the users, groups and roles that a policy is attached to, or
// the users and roles that it bounds, each ordered by name.
type Entities struct {
	Users  []iam.User
	Groups []iam.Group
	Roles  []iam.Role
}

// Attached returns what the policy is attached to in the account.
func (tx *Tx) Attached(account, arn string) (e Entities, err error) {
	const where = " where id in (select owner_id from attachment where account = $1 and arn = $2) order by fold"
	if e.Users, err = list(tx, scanUser, "select "+userColumns+" from iam_user"+where, account, arn); err != nil {
		return e, err
	}
	if e.Groups, err = list(tx, scanGroup, "select "+groupColumns+" from iam_group"+where, account, arn); err != nil {
		return e, err
	}
	e.Roles, err = list(tx, scanRole, "select "+roleColumns+" from iam_role"+where, account, arn)
	return e, err
}

// Bounded returns the users and roles of the account that the policy bounds.
func (tx *Tx) Bounded(account, arn string) (e Entities, err error) {
	const where = " where account = $1 and boundary = $2 and boundary <> '' order by fold"
	if e.Users, err = list(tx, scanUser, "select "+userColumns+" from iam_user"+where, account, arn); err != nil {
		return e, err
	}
	e.Roles, err = list(tx, scanRole, "select "+roleColumns+" from iam_role"+where, account, arn)
	return e, err
}
