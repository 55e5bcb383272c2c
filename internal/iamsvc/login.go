package iamsvc

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
)

func (s *service) loginActions() []pipeline.Handler {
	return []pipeline.Handler{
		write("CreateLoginProfile", onlyUsers, func(in *iamapi.CreateLoginProfileInput) string { return in.UserName }, s.createLoginProfile),
		read("GetLoginProfile", onlyUsers, func(in *iamapi.GetLoginProfileInput) string { return in.UserName }, getLoginProfile),
		write("UpdateLoginProfile", users, func(in *iamapi.UpdateLoginProfileInput) string { return in.UserName }, s.updateLoginProfile),
		write("DeleteLoginProfile", onlyUsers, func(in *iamapi.DeleteLoginProfileInput) string { return in.UserName }, deleteLoginProfile),
	}
}

func noLoginProfile(u iam.User) error {
	return noSuchEntity("Login Profile for User %s cannot be found.", u.Name)
}

func showLogin(u iam.User, l iam.LoginProfile) iamapi.LoginProfile {
	return iamapi.LoginProfile{UserName: u.Name, CreateDate: l.Created, PasswordResetRequired: l.ResetRequired}
}

// hashPassword returns 16 bytes of salt and 32 bytes of PBKDF2-HMAC-SHA256,
// wrapped under the master key. The rounds are few, since the writer of the
// store waits for them; guessing takes the master key first.
func (s *service) hashPassword(userID, password string) ([]byte, error) {
	salt := make([]byte, 16, 48)
	_, _ = rand.Read(salt)
	const rounds = 10_000
	hash, err := pbkdf2.Key(sha256.New, password, salt, rounds, 32)
	return s.vault.Seal(append(salt, hash...), "password/"+userID), err
}

func (s *service) createLoginProfile(c *pipeline.Call, in *iamapi.CreateLoginProfileInput, h holder) (*iamapi.CreateLoginProfileOutput, error) {
	if _, err := c.Tx.LoginProfile(h.ID); err == nil {
		return nil, alreadyExists("Login Profile for user %s already exists.", h.Name)
	}
	if err := checkPassword(c, in.Password); err != nil {
		return nil, err
	}
	hash, err := s.hashPassword(h.ID, in.Password)
	if err != nil {
		return nil, err
	}
	l := iam.LoginProfile{UserID: h.ID, Created: c.Now, ResetRequired: isTrue(in.PasswordResetRequired), Hash: hash}
	return &iamapi.CreateLoginProfileOutput{LoginProfile: showLogin(h.User, l)}, c.Tx.CreateLoginProfile(h.User, l)
}

func getLoginProfile(c *pipeline.Call, _ *iamapi.GetLoginProfileInput, h holder) (*iamapi.GetLoginProfileOutput, error) {
	l, err := c.Tx.LoginProfile(h.ID)
	return &iamapi.GetLoginProfileOutput{LoginProfile: showLogin(h.User, l)}, absent(err, noLoginProfile(h.User))
}

func (s *service) updateLoginProfile(c *pipeline.Call, in *iamapi.UpdateLoginProfileInput, u iam.User) (*query.NoResult, error) {
	l, err := c.Tx.LoginProfile(u.ID)
	if err != nil {
		return nil, absent(err, noLoginProfile(u))
	}
	if in.Password != "" {
		if err := checkPassword(c, in.Password); err != nil {
			return nil, err
		}
		if l.Hash, err = s.hashPassword(u.ID, in.Password); err != nil {
			return nil, err
		}
	}
	if in.PasswordResetRequired != nil {
		l.ResetRequired = *in.PasswordResetRequired
	}
	return new(query.NoResult), c.Tx.UpdateLoginProfile(u, l)
}

func deleteLoginProfile(c *pipeline.Call, _ *iamapi.DeleteLoginProfileInput, h holder) (*query.NoResult, error) {
	return new(query.NoResult), absent(c.Tx.DeleteLoginProfile(h.User), noLoginProfile(h.User))
}
