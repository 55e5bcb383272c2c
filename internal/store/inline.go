package store

import "github.com/daypass/daypass/internal/iam"

func scanInline(r scanner) (p iam.InlinePolicy, err error) {
	err = r.Scan(&p.Name, &p.Document)
	return p, err
}

// PutInlinePolicy adds a policy to the owner, or replaces the one of the name.
func (tx *Tx) PutInlinePolicy(o Owner, p iam.InlinePolicy) error {
	tx.touchOwner(o)
	_, err := tx.change(`insert into inline_policy (account, owner_id, name, document) values ($1, $2, $3, $4)
		on conflict (owner_id, name) do update set document = excluded.document`, o.Account, o.ID, p.Name, p.Document)
	return err
}

// InlinePolicies returns the policies of the owner, ordered by name.
func (tx *Tx) InlinePolicies(ownerID string) ([]iam.InlinePolicy, error) {
	return list(tx, scanInline, "select name, document from inline_policy where owner_id = $1 order by name", ownerID)
}

// InlinePolicy returns the owner's policy of the name. Names are exact.
func (tx *Tx) InlinePolicy(ownerID, name string) (iam.InlinePolicy, error) {
	p, err := one(tx, scanInline, "select name, document from inline_policy where owner_id = $1 and name = $2", ownerID, name)
	return p, missing(err, "inline policy", name)
}

// DeleteInlinePolicy removes the owner's policy of the name.
func (tx *Tx) DeleteInlinePolicy(o Owner, name string) error {
	tx.touchOwner(o)
	err := tx.must("delete from inline_policy where owner_id = $1 and name = $2", o.ID, name)
	return missing(err, "inline policy", name)
}
