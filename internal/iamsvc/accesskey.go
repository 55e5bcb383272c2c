package iamsvc

import (
	"errors"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/store"
)

func (s *service) accessKeyActions() []pipeline.Handler {
	return []pipeline.Handler{
		write("CreateAccessKey", holders, func(in *iamapi.CreateAccessKeyInput) string { return in.UserName }, s.createAccessKey),
		write("UpdateAccessKey", holders, func(in *iamapi.UpdateAccessKeyInput) string { return in.UserName }, updateAccessKey),
		write("DeleteAccessKey", holders, func(in *iamapi.DeleteAccessKeyInput) string { return in.UserName }, deleteAccessKey),
		read("ListAccessKeys", holders, func(in *iamapi.ListAccessKeysInput) string { return in.UserName }, listAccessKeys),
		pipeline.Action[iamapi.GetAccessKeyLastUsedInput, iamapi.GetAccessKeyLastUsedOutput]{
			Name: "GetAccessKeyLastUsed", Tx: pipeline.ReadTx, ReadOnly: true,
			Asks: asksAccessKeyLastUsed,
			Do:   getAccessKeyLastUsed,
		},
	}
}

// createAccessKey makes a key. Its secret leaves in this answer and never again.
func (s *service) createAccessKey(c *pipeline.Call, _ *iamapi.CreateAccessKeyInput, h holder) (*iamapi.CreateAccessKeyOutput, error) {
	has, err := c.Tx.AccessKeysOf(c.Account, h.ID)
	if err != nil {
		return nil, err
	}
	if len(has) >= iam.AccessKeysPerUserQuota {
		return nil, quota("AccessKeysPerUser", iam.AccessKeysPerUserQuota)
	}
	id, secret := iam.NewKeyID(iam.KeyPrefix, c.Account), iam.NewSecret()
	err = c.Tx.CreateAccessKey(iam.AccessKey{
		ID: id, Account: c.Account, UserID: h.ID, Status: iam.Active, Created: c.Now,
		Sealed: s.vault.Seal([]byte(secret), facts.SecretContext(id)),
	})
	return &iamapi.CreateAccessKeyOutput{AccessKey: iamapi.AccessKey{
		UserName: h.Name, AccessKeyId: id, Status: string(iam.Active), SecretAccessKey: secret, CreateDate: c.Now,
	}}, err
}

// keyOf returns the key of the holder.
func keyOf(c *pipeline.Call, h holder, id string) (iam.AccessKey, error) {
	k, err := c.Tx.AccessKey(id)
	if err == nil && (k.Account != c.Account || k.UserID != h.ID) {
		err = store.ErrNotFound
	}
	return k, absent(err, noSuchEntity("The Access Key with id %s cannot be found.", id))
}

func updateAccessKey(c *pipeline.Call, in *iamapi.UpdateAccessKeyInput, h holder) (*query.NoResult, error) {
	k, err := keyOf(c, h, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	status := iam.KeyStatus(in.Status)
	if status != iam.Active && status != iam.Inactive {
		return nil, awserr.Validation("1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set")
	}
	return new(query.NoResult), c.Tx.SetAccessKeyStatus(k, status)
}

func deleteAccessKey(c *pipeline.Call, in *iamapi.DeleteAccessKeyInput, h holder) (*query.NoResult, error) {
	k, err := keyOf(c, h, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	return new(query.NoResult), c.Tx.DeleteAccessKey(k)
}

func listAccessKeys(c *pipeline.Call, in *iamapi.ListAccessKeysInput, h holder) (*iamapi.ListAccessKeysOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, err := c.Tx.AccessKeysOf(c.Account, h.ID)
	if err != nil {
		return nil, err
	}
	out := new(iamapi.ListAccessKeysOutput)
	if all, out.IsTruncated, out.Marker, err = byCount(p, all); err != nil {
		return nil, err
	}
	out.AccessKeyMetadata = convert(all, func(k iam.AccessKey) iamapi.AccessKeyMetadata {
		return iamapi.AccessKeyMetadata{UserName: h.Name, AccessKeyId: k.ID, Status: string(k.Status), CreateDate: k.Created}
	})
	return out, nil
}

// keyHere returns the key with the id if it is the caller's account's.
func keyHere(c *pipeline.Call, id string) (iam.AccessKey, error) {
	k, err := c.Tx.AccessKey(id)
	if err == nil && k.Account != c.Account {
		err = store.ErrNotFound
	}
	return k, err
}

// asksAccessKeyLastUsed asks for the permission on the user whose key it is; a
// key that is not there stands for one of no user in particular.
func asksAccessKeyLastUsed(c *pipeline.Call, in *iamapi.GetAccessKeyLastUsedInput) ([]authz.Question, error) {
	q := authz.Question{
		Action: "iam:GetAccessKeyLastUsed", Text: "access key " + in.AccessKeyId,
		Resource: arn.User(c.Partition, c.Account, "/", "").String(),
	}
	k, err := keyHere(c, in.AccessKeyId)
	if err := absent(err, nil); err != nil {
		return nil, err
	}
	if k.UserID != "" {
		u, err := c.Tx.UserByID(k.UserID)
		if err != nil {
			return nil, err
		}
		q.Resource = userARN(c, u)
	}
	return []authz.Question{q}, nil
}

// getAccessKeyLastUsed refuses a key that is not there as if it were forbidden
// (recorded, answers 4; the sentence has no colon after "perform").
func getAccessKeyLastUsed(c *pipeline.Call, in *iamapi.GetAccessKeyLastUsedInput) (*iamapi.GetAccessKeyLastUsedOutput, error) {
	k, err := keyHere(c, in.AccessKeyId)
	if err != nil {
		return nil, absent(err, denied("User: %s is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key %s",
			c.Caller.Principal.ARN, in.AccessKeyId))
	}
	// What the real service shows for a key that was never used.
	out := &iamapi.GetAccessKeyLastUsedOutput{AccessKeyLastUsed: iamapi.AccessKeyLastUsed{ServiceName: "N/A", Region: "N/A"}}
	if k.UserID != "" {
		u, err := c.Tx.UserByID(k.UserID)
		if err != nil {
			return nil, err
		}
		out.UserName = u.Name
	}
	switch use, err := c.Tx.LastUsed(k.ID); {
	case err == nil:
		out.AccessKeyLastUsed = iamapi.AccessKeyLastUsed{LastUsedDate: use.At, ServiceName: use.Service, Region: use.Region}
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	return out, nil
}
