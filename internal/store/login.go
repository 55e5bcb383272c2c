package store

import "github.com/daypass/daypass/internal/iam"

func scanLogin(r scanner) (l iam.LoginProfile, err error) {
	var created int64
	var reset int
	err = r.Scan(&l.UserID, &created, &reset, &l.Hash)
	l.Created, l.ResetRequired = fromMillis(created), reset != 0
	return l, err
}

// CreateLoginProfile gives the user a password; ErrExists if it has one.
func (tx *Tx) CreateLoginProfile(u iam.User, l iam.LoginProfile) error {
	tx.touch(UserChange, u.Account, u.ID, u.Name)
	err := tx.insert(`insert into login_profile (user_id, account, created, reset_required, hash)
		values ($1, $2, $3, $4, $5) on conflict do nothing`, u.ID, u.Account, millis(l.Created), flag(l.ResetRequired), l.Hash)
	return missing(err, "login profile of", u.Name)
}

// LoginProfile returns the user's login profile, or ErrNotFound.
func (tx *Tx) LoginProfile(userID string) (iam.LoginProfile, error) {
	l, err := one(tx, scanLogin, "select user_id, created, reset_required, hash from login_profile where user_id = $1", userID)
	return l, missing(err, "login profile of", userID)
}

// UpdateLoginProfile stores the password and whether it must be reset.
func (tx *Tx) UpdateLoginProfile(u iam.User, l iam.LoginProfile) error {
	tx.touch(UserChange, u.Account, u.ID, u.Name)
	err := tx.must("update login_profile set reset_required = $2, hash = $3 where user_id = $1", u.ID, flag(l.ResetRequired), l.Hash)
	return missing(err, "login profile of", u.Name)
}

// DeleteLoginProfile removes the user's password.
func (tx *Tx) DeleteLoginProfile(u iam.User) error {
	tx.touch(UserChange, u.Account, u.ID, u.Name)
	return missing(tx.must("delete from login_profile where user_id = $1", u.ID), "login profile of", u.Name)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
