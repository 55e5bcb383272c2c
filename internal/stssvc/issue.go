package stssvc

import (
	"fmt"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/sts"
)

// issue makes the credentials of a session that lives for d from now: a key id
// that carries the session's account, a random secret, and the token that
// holds both. Nothing is written: the token is all there is.
func (s *service) issue(c *pipeline.Call, sess *session.Session, packed session.Packed, d time.Duration) (sts.Credentials, error) {
	issued := c.Now.UTC().Truncate(time.Second)
	sess.Partition = s.Partition
	sess.AccessKeyID = iam.NewKeyID(iam.SessionKeyPrefix, sess.Account)
	sess.Secret = secret.New(iam.NewSecret())
	sess.Issued, sess.Expires = issued, issued.Add(d)
	token, err := session.Seal(s.Ring, sess, packed, c.Now)
	if err != nil {
		return sts.Credentials{}, fmt.Errorf("issuing credentials: %w", err)
	}
	return sts.Credentials{
		AccessKeyId:     sess.AccessKeyID,
		SecretAccessKey: sess.Secret.Reveal(),
		SessionToken:    token,
		Expiration:      sess.Expires,
	}, nil
}
