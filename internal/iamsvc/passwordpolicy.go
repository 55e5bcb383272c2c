package iamsvc

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/store"
)

func passwordActions() []pipeline.Handler {
	return []pipeline.Handler{
		onAccount("GetAccountPasswordPolicy", pipeline.ReadTx, getAccountPasswordPolicy),
		onAccount("UpdateAccountPasswordPolicy", pipeline.WriteTx, updateAccountPasswordPolicy),
		onAccount("DeleteAccountPasswordPolicy", pipeline.WriteTx, deleteAccountPasswordPolicy),
	}
}

// passwordSetting is the account setting that holds the password policy, as
// the JSON of iamapi.PasswordPolicy.
const passwordSetting = "password-policy"

// isTrue reports whether a switch is given, and on.
func isTrue(given *bool) bool { return given != nil && *given }

// passwordPolicy returns the account's own password policy, or
// store.ErrNotFound when the default holds.
func passwordPolicy(c *pipeline.Call) (p iamapi.PasswordPolicy, err error) {
	text, err := c.Tx.AccountSetting(c.Account, passwordSetting)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return p, fmt.Errorf("reading the password policy: %w", err)
	}
	return p, nil
}

func getAccountPasswordPolicy(c *pipeline.Call, _ *none) (*iamapi.GetAccountPasswordPolicyOutput, error) {
	p, err := passwordPolicy(c)
	return &iamapi.GetAccountPasswordPolicyOutput{PasswordPolicy: p},
		absent(err, noSuchEntity("The Password Policy with domain name %s cannot be found.", c.Account))
}

// updateAccountPasswordPolicy replaces the policy: what is left out goes back
// to its default.
func updateAccountPasswordPolicy(c *pipeline.Call, in *iamapi.UpdateAccountPasswordPolicyInput) (*query.NoResult, error) {
	p := iamapi.PasswordPolicy{
		MinimumPasswordLength: 6, RequireSymbols: isTrue(in.RequireSymbols), RequireNumbers: isTrue(in.RequireNumbers),
		RequireUppercaseCharacters: isTrue(in.RequireUppercaseCharacters), RequireLowercaseCharacters: isTrue(in.RequireLowercaseCharacters),
		AllowUsersToChangePassword: isTrue(in.AllowUsersToChangePassword), ExpirePasswords: in.MaxPasswordAge != nil,
		MaxPasswordAge: in.MaxPasswordAge, PasswordReusePrevention: in.PasswordReusePrevention, HardExpiry: in.HardExpiry,
	}
	if in.MinimumPasswordLength != nil {
		p.MinimumPasswordLength = *in.MinimumPasswordLength
	}
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return new(query.NoResult), c.Tx.SetAccountSetting(c.Account, passwordSetting, string(text))
}

func deleteAccountPasswordPolicy(c *pipeline.Call, _ *none) (*query.NoResult, error) {
	err := c.Tx.DeleteAccountSetting(c.Account, passwordSetting)
	return new(query.NoResult), absent(err, noSuchEntity("The account policy with name PasswordPolicy cannot be found."))
}

// checkPassword refuses a password that the account's policy does not allow.
// Without a policy of its own the default holds: eight characters, of three of
// the four sorts.
func checkPassword(c *pipeline.Call, password string) error {
	p, err := passwordPolicy(c)
	own := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if !own {
		p.MinimumPasswordLength = iam.MinimumPasswordLengthByDefault
	}
	const upper, lower = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
	sorts := 0
	ok := utf8.RuneCountInString(password) >= int(p.MinimumPasswordLength)
	for _, sort := range []struct {
		characters string
		required   bool
	}{
		{upper, p.RequireUppercaseCharacters},
		{lower, p.RequireLowercaseCharacters},
		{"0123456789", p.RequireNumbers},
		{"!@#$%^&*()_+-=[]{}|'", p.RequireSymbols},
	} {
		switch {
		case strings.ContainsAny(password, sort.characters):
			sorts++
		case sort.required:
			ok = false
		}
	}
	if !ok || !own && sorts < 3 {
		return awserr.New(http.StatusBadRequest, "PasswordPolicyViolation", "Password does not conform to the account password policy.")
	}
	return nil
}
