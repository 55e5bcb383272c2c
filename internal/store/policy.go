package store

import (
	"fmt"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/iam"
)

const policyColumns = "id, account, path, name, description, default_version, latest_version, created, updated, tags"

func scanPolicy(r scanner) (p iam.Policy, err error) {
	var created, updated int64
	var tags string
	err = r.Scan(&p.ID, &p.Account, &p.Path, &p.Name, &p.Description, &p.Default, &p.Latest, &created, &updated, &tags)
	if err != nil {
		return p, err
	}
	p.Created, p.Updated = fromMillis(created), fromMillis(updated)
	p.ARN = "arn:aws:iam::" + p.Account + ":policy" + p.Path + p.Name
	p.Tags, err = decodeTags(tags)
	return p, err
}

// CreatePolicy adds a managed policy whose version 1 has the document;
// ErrExists if the account has one of the name.
func (tx *Tx) CreatePolicy(p iam.Policy, document string) error {
	tx.touch(PolicyChange, p.Account, p.ARN, p.Name)
	err := tx.insert(`insert into managed_policy (`+policyColumns+`, fold)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
		p.ID, p.Account, p.Path, p.Name, p.Description, 1, 1, millis(p.Created), millis(p.Created), encodeTags(p.Tags), iam.Fold(p.Name))
	if err != nil {
		return missing(err, "policy", p.Name)
	}
	return tx.insertVersion(p, iam.PolicyVersion{Number: 1, Document: document, Created: p.Created})
}

func (tx *Tx) insertVersion(p iam.Policy, v iam.PolicyVersion) error {
	err := tx.insert(`insert into policy_version (account, policy_id, number, document, created)
		values ($1, $2, $3, $4, $5) on conflict do nothing`, p.Account, p.ID, v.Number, v.Document, millis(v.Created))
	return missing(err, "policy version", fmt.Sprintf("%s v%d", p.ARN, v.Number))
}

// Policy returns the managed policy with the ARN: an account's, or one of the
// service's own. ARNs are compared exactly, path and case included.
func (tx *Tx) Policy(arn string) (iam.Policy, error) {
	if p := iam.AWSManaged(arn); p != nil {
		return p.Policy, nil
	}
	account, path, name, ok := splitPolicyARN(arn)
	if !ok {
		return iam.Policy{}, missing(ErrNotFound, "policy", arn)
	}
	p, err := one(tx, scanPolicy, "select "+policyColumns+" from managed_policy where account = $1 and fold = $2", account, iam.Fold(name))
	if err == nil && (p.Name != name || p.Path != path) {
		p, err = iam.Policy{}, ErrNotFound
	}
	return p, missing(err, "policy", arn)
}

// splitPolicyARN takes "arn:P:iam::ACCOUNT:policy/path/name" apart.
func splitPolicyARN(arn string) (account, path, name string, ok bool) {
	part := strings.SplitN(arn, ":", 6)
	if len(part) != 6 || part[0] != "arn" || part[2] != "iam" || part[3] != "" {
		return "", "", "", false
	}
	rest, ok := strings.CutPrefix(part[5], "policy/")
	slash := strings.LastIndexByte(rest, '/')
	return part[4], "/" + rest[:slash+1], rest[slash+1:], ok
}

// PolicyNamed returns the account's own policy of the name, ignoring case.
func (tx *Tx) PolicyNamed(account, name string) (iam.Policy, error) {
	p, err := one(tx, scanPolicy, "select "+policyColumns+" from managed_policy where account = $1 and fold = $2", account, iam.Fold(name))
	return p, missing(err, "policy", name)
}

// Policies returns a page of the account's own policies.
func (tx *Tx) Policies(account string, p Page) ([]iam.Policy, error) {
	return list(tx, scanPolicy, "select "+policyColumns+" from managed_policy"+pageClause, p.args(account)...)
}

// CountPolicies returns how many policies the account has, and how many
// versions they have together.
func (tx *Tx) CountPolicies(account string) (policies, versions int, err error) {
	policies, err = tx.count("select count(*) from managed_policy where account = $1", account)
	if err == nil {
		versions, err = tx.count(`select count(*) from policy_version v
			join managed_policy p on p.id = v.policy_id where p.account = $1`, account)
	}
	return policies, versions, err
}

// SetPolicyTags replaces the tags of the policy.
func (tx *Tx) SetPolicyTags(p iam.Policy, tags []iam.Tag) error {
	tx.touch(PolicyChange, p.Account, p.ARN, p.Name)
	return missing(tx.must("update managed_policy set tags = $2 where id = $1", p.ID, encodeTags(tags)), "policy", p.ARN)
}

// DeletePolicy removes the policy and its versions. It must not be attached.
func (tx *Tx) DeletePolicy(p iam.Policy) error {
	tx.touch(PolicyChange, p.Account, p.ARN, p.Name)
	if _, err := tx.change("delete from policy_version where policy_id = $1", p.ID); err != nil {
		return err
	}
	return missing(tx.must("delete from managed_policy where id = $1", p.ID), "policy", p.ARN)
}

// PolicyDefaultDocument returns the document in force of the policy with the ARN.
func (tx *Tx) PolicyDefaultDocument(arn string) (string, error) {
	if p := iam.AWSManaged(arn); p != nil {
		return p.Document, nil
	}
	p, err := tx.Policy(arn)
	if err != nil {
		return "", err
	}
	v, err := tx.PolicyVersion(p, p.Default)
	return v.Document, err
}

const versionColumns = "number, document, created"

func scanVersion(r scanner) (v iam.PolicyVersion, err error) {
	var created int64
	err = r.Scan(&v.Number, &v.Document, &created)
	v.Created = fromMillis(created)
	return v, err
}

// PolicyVersions returns the versions of the policy, the newest first.
func (tx *Tx) PolicyVersions(p iam.Policy) ([]iam.PolicyVersion, error) {
	if m := iam.AWSManaged(p.ARN); m != nil {
		return []iam.PolicyVersion{{Number: m.Default, Document: m.Document, Created: m.Updated}}, nil
	}
	return list(tx, scanVersion, "select "+versionColumns+" from policy_version where policy_id = $1 order by number desc", p.ID)
}

// PolicyVersion returns one version of the policy.
func (tx *Tx) PolicyVersion(p iam.Policy, number int) (iam.PolicyVersion, error) {
	if m := iam.AWSManaged(p.ARN); m != nil && number == m.Default {
		return iam.PolicyVersion{Number: m.Default, Document: m.Document, Created: m.Updated}, nil
	}
	v, err := one(tx, scanVersion, "select "+versionColumns+" from policy_version where policy_id = $1 and number = $2", p.ID, number)
	return v, missing(err, "policy version", fmt.Sprintf("%s v%d", p.ARN, number))
}

// AddPolicyVersion gives the policy its next version, in force at once if asked.
func (tx *Tx) AddPolicyVersion(p iam.Policy, document string, inForce bool, now time.Time) (iam.PolicyVersion, error) {
	v := iam.PolicyVersion{Number: p.Latest + 1, Document: document, Created: now}
	if err := tx.insertVersion(p, v); err != nil {
		return v, err
	}
	p.Latest = v.Number
	if inForce {
		p.Default = v.Number
	}
	return v, tx.setVersions(p, now)
}

// SetDefaultVersion puts a version of the policy in force.
func (tx *Tx) SetDefaultVersion(p iam.Policy, number int, now time.Time) error {
	p.Default = number
	return tx.setVersions(p, now)
}

func (tx *Tx) setVersions(p iam.Policy, now time.Time) error {
	tx.touch(PolicyChange, p.Account, p.ARN, p.Name)
	err := tx.must("update managed_policy set default_version = $2, latest_version = $3, updated = $4 where id = $1",
		p.ID, p.Default, p.Latest, millis(now))
	return missing(err, "policy", p.ARN)
}

// DeletePolicyVersion removes a version that is not in force.
func (tx *Tx) DeletePolicyVersion(p iam.Policy, number int) error {
	tx.touch(PolicyChange, p.Account, p.ARN, p.Name)
	err := tx.must("delete from policy_version where policy_id = $1 and number = $2", p.ID, number)
	return missing(err, "policy version", fmt.Sprintf("%s v%d", p.ARN, number))
}
