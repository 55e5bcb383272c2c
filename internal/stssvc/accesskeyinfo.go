package stssvc

import (
	"errors"
	"strings"

	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/sts"
)

// GetAccessKeyInfo names the account of an access key, which key ids carry. Ids
// that do not, such as those of the old format, are known when they are keys
// of this installation.
func (s *service) getAccessKeyInfo() pipeline.Handler {
	return pipeline.Action[getAccessKeyInfoInput, sts.GetAccessKeyInfoOutput]{
		Name:     "GetAccessKeyInfo",
		ReadOnly: true,
		Check: func(c *pipeline.Call, _ *getAccessKeyInfoInput) error {
			return notByUserSession(c, "sts:GetAccessKeyInfo")
		},
		Asks: func(*pipeline.Call, *getAccessKeyInfoInput) ([]authz.Question, error) {
			return []authz.Question{{Action: "sts:GetAccessKeyInfo", Resource: "*"}}, nil
		},
		Do: s.doGetAccessKeyInfo,
	}
}

func (s *service) doGetAccessKeyInfo(c *pipeline.Call, in *getAccessKeyInfoInput) (*sts.GetAccessKeyInfoOutput, error) {
	key, err := s.Facts.Key(c.Ctx, in.AccessKeyId)
	switch {
	case err == nil:
		return &sts.GetAccessKeyInfoOutput{Account: key.Account}, nil
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	account, ok := iam.AccountOfID(in.AccessKeyId)
	if !ok || !isKeyID(in.AccessKeyId) {
		return nil, awserr.Validation("Invalid Access Key: %s", in.AccessKeyId)
	}
	return &sts.GetAccessKeyInfoOutput{Account: account}, nil
}

// isKeyID reports whether id has the form of an access key's, long-term or
// temporary: users and roles have ids that carry an account too.
func isKeyID(id string) bool {
	return len(id) == 20 && (strings.HasPrefix(id, string(iam.KeyPrefix)) || strings.HasPrefix(id, string(iam.SessionKeyPrefix)))
}
