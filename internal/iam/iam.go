package iam

import "time"

// Account owns everything else.
type Account struct {
	ID      string // 12 digits, leading zeros kept
	Name    string
	Alias   string // the sign-in alias; "" when there is none
	Created time.Time

	// TokenVersion is the version of the tokens that the global endpoint
	// issues for this account: 1 or 2.
	TokenVersion int
}

// Tag is a key and a value on an entity. Keys are unique ignoring case.
type Tag struct {
	Key   string `json:"k"`
	Value string `json:"v"`
}

// User is an IAM user. The root user is not one: it has no row of its own.
type User struct {
	ID       string // AIDA…
	Account  string
	Path     string // "/" or "/ops/"
	Name     string
	Created  time.Time
	Boundary string // the ARN of the permissions boundary; "" when there is none
	Tags     []Tag
}

// Group holds policies for its members. A group is never a principal.
type Group struct {
	ID      string // AGPA…
	Account string
	Path    string
	Name    string
	Created time.Time
}

// Role is an identity to assume.
type Role struct {
	ID       string // AROA…
	Account  string
	Path     string
	Name     string
	Created  time.Time
	Boundary string
	Tags     []Tag

	// Trust is the trust policy as stored: its user and role principals are
	// unique ids, not ARNs.
	Trust       string
	Description string
	MaxSession  time.Duration
}

// Policy is a managed policy of an account, or one of the service's own
// ([AWSManaged]), whose Account is "aws".
type Policy struct {
	ID          string // ANPA…
	Account     string
	Path        string
	Name        string
	ARN         string
	Description string
	Default     int // the number of the version in force: 3 is "v3"
	Latest      int // the number given last; numbers are never given twice
	Created     time.Time
	Updated     time.Time
	Tags        []Tag
}

// PolicyVersion is one document of a managed policy.
type PolicyVersion struct {
	Number   int
	Document string
	Created  time.Time
}

// InlinePolicy is a document that belongs to one user, group or role.
type InlinePolicy struct {
	Name     string
	Document string
}

// Attachment is a managed policy attached to a user, group or role.
type Attachment struct {
	ARN  string
	Name string
}

// InstanceProfile hands a role to a machine.
type InstanceProfile struct {
	ID      string // AIPA…
	Account string
	Path    string
	Name    string
	Created time.Time
	RoleID  string // "" when it holds no role
	Tags    []Tag
}

// KeyStatus tells whether an access key may be used.
type KeyStatus string

// The states of an access key.
const (
	Active   KeyStatus = "Active"
	Inactive KeyStatus = "Inactive"
)

// AccessKey is a long-term key of a user, or of the root user.
type AccessKey struct {
	ID      string // AKIA…
	Account string
	UserID  string // "" is the root user
	Status  KeyStatus
	Created time.Time
	Sealed  []byte // the secret, wrapped under the master key
}

// LoginProfile is a user's console password, of which a slow hash is kept.
type LoginProfile struct {
	UserID        string
	Created       time.Time
	ResetRequired bool
	Hash          []byte
}

// Use is the last use of an access key or a role.
type Use struct {
	Account string
	ID      string // an access key id or a role's unique id
	At      time.Time
	Region  string
	Service string // "" for roles
}
