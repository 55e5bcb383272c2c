package store

import (
	"fmt"

	"github.com/daypass/daypass/internal/iam"
)

const accountColumns = "id, name, alias, created, token_version"

func scanAccount(r scanner) (a iam.Account, err error) {
	var created int64
	err = r.Scan(&a.ID, &a.Name, &a.Alias, &created, &a.TokenVersion)
	a.Created = fromMillis(created)
	return a, err
}

// CreateAccount adds an account; ErrExists if its id is taken.
func (tx *Tx) CreateAccount(a iam.Account) error {
	if a.TokenVersion == 0 {
		a.TokenVersion = iam.DefaultGlobalTokenVersion
	}
	tx.touch(AccountChange, a.ID, a.ID, a.Name)
	err := tx.insert(`insert into account (`+accountColumns+`) values ($1, $2, $3, $4, $5) on conflict do nothing`,
		a.ID, a.Name, a.Alias, millis(a.Created), a.TokenVersion)
	return missing(err, "account", a.ID)
}

// Account returns the account with the id.
func (tx *Tx) Account(id string) (iam.Account, error) {
	a, err := one(tx, scanAccount, "select "+accountColumns+" from account where id = $1", id)
	return a, missing(err, "account", id)
}

// Accounts returns all accounts, ordered by id.
func (tx *Tx) Accounts() ([]iam.Account, error) {
	return list(tx, scanAccount, "select "+accountColumns+" from account order by id")
}

// SetAccountAlias gives the account an alias, or none for "". Aliases are
// unique in the installation: ErrExists if another account has it.
func (tx *Tx) SetAccountAlias(id, alias string) error {
	if alias != "" {
		n, err := tx.count("select count(*) from account where alias = $1 and id <> $2", alias, id)
		if err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("account alias %s: %w", alias, ErrExists)
		}
	}
	tx.touch(AccountChange, id, id, "")
	return missing(tx.must("update account set alias = $2 where id = $1", id, alias), "account", id)
}

// SetTokenVersion sets the version of tokens of the global endpoint.
func (tx *Tx) SetTokenVersion(id string, version int) error {
	tx.touch(AccountChange, id, id, "")
	return missing(tx.must("update account set token_version = $2 where id = $1", id, version), "account", id)
}

// AccountSetting returns a named setting of the account, or ErrNotFound.
func (tx *Tx) AccountSetting(account, name string) (string, error) {
	v, err := one(tx, scanText, "select value from account_setting where account = $1 and name = $2", account, name)
	return v, missing(err, "setting", name)
}

// SetAccountSetting sets a named setting of the account.
func (tx *Tx) SetAccountSetting(account, name, value string) error {
	tx.touch(AccountChange, account, account, "")
	_, err := tx.change(`insert into account_setting (account, name, value) values ($1, $2, $3)
		on conflict (account, name) do update set value = excluded.value`, account, name, value)
	return err
}

// DeleteAccountSetting removes a named setting; ErrNotFound if there is none.
func (tx *Tx) DeleteAccountSetting(account, name string) error {
	tx.touch(AccountChange, account, account, "")
	err := tx.must("delete from account_setting where account = $1 and name = $2", account, name)
	return missing(err, "setting", name)
}
