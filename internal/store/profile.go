package store

import "github.com/daypass/daypass/internal/iam"

const profileColumns = "id, account, path, name, created, role_id, tags"

func scanProfile(r scanner) (p iam.InstanceProfile, err error) {
	var created int64
	var tags string
	if err = r.Scan(&p.ID, &p.Account, &p.Path, &p.Name, &created, &p.RoleID, &tags); err != nil {
		return p, err
	}
	p.Created = fromMillis(created)
	p.Tags, err = decodeTags(tags)
	return p, err
}

// CreateInstanceProfile adds a profile; ErrExists if the account has one of the
// name.
func (tx *Tx) CreateInstanceProfile(p iam.InstanceProfile) error {
	tx.touch(ProfileChange, p.Account, p.ID, p.Name)
	err := tx.insert(`insert into instance_profile (`+profileColumns+`, fold)
		values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
		p.ID, p.Account, p.Path, p.Name, millis(p.Created), p.RoleID, encodeTags(p.Tags), iam.Fold(p.Name))
	return missing(err, "instance profile", p.Name)
}

// InstanceProfile returns the account's profile of the name, ignoring case.
func (tx *Tx) InstanceProfile(account, name string) (iam.InstanceProfile, error) {
	p, err := one(tx, scanProfile, "select "+profileColumns+" from instance_profile where account = $1 and fold = $2", account, iam.Fold(name))
	return p, missing(err, "instance profile", name)
}

// InstanceProfiles returns a page of the account's profiles.
func (tx *Tx) InstanceProfiles(account string, p Page) ([]iam.InstanceProfile, error) {
	return list(tx, scanProfile, "select "+profileColumns+" from instance_profile"+pageClause, p.args(account)...)
}

// InstanceProfilesOf returns the profiles that hold the role, ordered by name.
func (tx *Tx) InstanceProfilesOf(roleID string) ([]iam.InstanceProfile, error) {
	return list(tx, scanProfile, "select "+profileColumns+" from instance_profile where role_id = $1 and role_id <> '' order by fold", roleID)
}

// CountInstanceProfiles returns how many profiles the account has.
func (tx *Tx) CountInstanceProfiles(account string) (int, error) {
	return tx.count("select count(*) from instance_profile where account = $1", account)
}

// UpdateInstanceProfile stores the role and the tags of the profile.
func (tx *Tx) UpdateInstanceProfile(p iam.InstanceProfile) error {
	tx.touch(ProfileChange, p.Account, p.ID, p.Name)
	err := tx.must("update instance_profile set role_id = $2, tags = $3 where id = $1", p.ID, p.RoleID, encodeTags(p.Tags))
	return missing(err, "instance profile", p.Name)
}

// DeleteInstanceProfile removes the profile.
func (tx *Tx) DeleteInstanceProfile(p iam.InstanceProfile) error {
	tx.touch(ProfileChange, p.Account, p.ID, p.Name)
	return missing(tx.must("delete from instance_profile where id = $1", p.ID), "instance profile", p.Name)
}
