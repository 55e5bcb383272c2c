package policy

// PrincipalType says what sort of caller asks. The zero value is nobody.
type PrincipalType uint8

// The sorts of caller.
const (
	Anonymous PrincipalType = iota
	Root
	User          // with long-term keys or GetSessionToken credentials
	RoleSession   // AssumeRole and its kin
	FederatedUser // GetFederationToken
	Service       // a service, by its host name
	// FederatedExchange is the unsigned caller of AssumeRoleWithWebIdentity or
	// AssumeRoleWithSAML: known only by the provider that vouches for it.
	FederatedExchange
)

// Principal is the caller of a request, as policies see it.
type Principal struct {
	Type    PrincipalType
	Account string // "" for Anonymous, Service and FederatedExchange
	// ARN is the caller's own: root, user, role-session or federated-user ARN;
	// the host name of a Service; the provider ARN, or host name of a built-in
	// provider, of a FederatedExchange.
	ARN string
	// EntityARN is what stands behind a session: the role's ARN, path included,
	// for a RoleSession; the ARN of the user (or root) who called
	// GetFederationToken for a FederatedUser. Otherwise "".
	EntityARN string
	// EntityID is the unique id (AIDA…, AROA…) of the user, of the session's
	// role, or of the federating user. Stored trust policies name these (P7).
	EntityID string
}

// Request is one action on one resource: the question put to [Evaluate].
type Request struct {
	Action   string // "s3:GetObject", letter case as it likes (M1)
	Resource string // an ARN, or "*" for an action without a resource (M9)
	// ResourceAccount owns the resource. Empty means that nobody in particular
	// does, and counts as the caller's own account.
	ResourceAccount string
	Principal       Principal
	Context         *Context // nil is empty
}

// Attached is a policy in its place. A nil Policy is one that could not be
// read: it denies everything.
type Attached struct {
	Policy  *Policy
	ID      string // SourcePolicyId of a simulation: a name, or "PolicyInputList.1"
	ARN     string // of a managed policy; "" for an inline one
	OwnerID string // unique id of the user, group or role that it is attached to
}

// Set is all the policies that bear on a request.
//
// The zero Set grants nothing.
type Set struct {
	SCPs     [][]Attached // by level: root, each OU, account; nil without an organization
	RCPs     []Attached
	Resource []Attached // the resource's policy; the role's trust policy when Trust is set
	// Trust says that Resource is a trust policy, where inside one account an
	// identity policy alone is not enough (T1).
	Trust    bool
	Identity []Attached // the user's and its groups', or the role's
	Boundary *Attached  // nil: none
	Session  []Attached // inline and managed session policies together
	// HasSession says that a session policy was passed, or that the caller is a
	// session that has no rights without one (GetFederationToken): with an
	// empty Session nothing is allowed then.
	HasSession bool
}
