package iam

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
	"time"
)

// Managed policies of the service itself: facts of the real service, reduced
// to those that people attach and those of service-linked roles. One policy a line, sorted by name ignoring
// case; only the version in force is kept.
//
//go:embed awsmanaged.json
var awsManagedJSON []byte

// AWS is the owner of the policies in the embedded table.
const AWS = "aws"

// ManagedPolicy is one of the service's own policies.
type ManagedPolicy struct {
	Policy
	Document string
}

type awsManagedTable struct {
	sorted []*ManagedPolicy
	byARN  map[string]*ManagedPolicy
}

var loadAWSManaged = sync.OnceValue(func() awsManagedTable {
	var rows []struct {
		Name, Path, ID, Description string
		Version                     int
		Created, Updated            time.Time
		Document                    json.RawMessage
	}
	if err := json.Unmarshal(awsManagedJSON, &rows); err != nil {
		panic("iam: table of managed policies: " + err.Error())
	}
	t := awsManagedTable{byARN: make(map[string]*ManagedPolicy, len(rows))}
	for _, r := range rows {
		p := &ManagedPolicy{
			Policy: Policy{
				ID: r.ID, Account: AWS, Path: r.Path, Name: r.Name,
				ARN:         "arn:aws:iam::aws:policy" + r.Path + r.Name,
				Description: r.Description, Default: r.Version, Latest: r.Version,
				Created: r.Created, Updated: r.Updated,
			},
			Document: string(r.Document),
		}
		t.sorted = append(t.sorted, p)
		t.byARN[p.ARN] = p
	}
	return t
})

// AWSManaged returns the service's own policy with the ARN, or nil. The ARN
// may be of any partition. The caller must not change what it is given.
func AWSManaged(arn string) *ManagedPolicy {
	partition, rest, ok := cutPartition(arn)
	if !ok {
		return nil
	}
	p := loadAWSManaged().byARN["arn:aws:"+rest]
	if p == nil || partition == "aws" {
		return p
	}
	q := *p
	q.ARN = arn
	return &q
}

// AllAWSManaged returns the service's own policies, sorted by name ignoring
// case. The caller must not change them.
func AllAWSManaged() []*ManagedPolicy { return loadAWSManaged().sorted }

// cutPartition splits "arn:P:rest".
func cutPartition(arn string) (partition, rest string, ok bool) {
	after, ok := strings.CutPrefix(arn, "arn:")
	if !ok {
		return "", "", false
	}
	return strings.Cut(after, ":")
}
