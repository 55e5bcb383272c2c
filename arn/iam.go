package arn

import "strings"

// Partition is the partition of the public AWS regions, the usual first
// argument of the constructors.
const Partition = "aws"

// The constructors below follow sts-api 4.4. A path begins and ends with a
// slash ("/", "/ops/"); the empty path counts as "/". They check nothing: names
// and paths were checked when the entity was made.

// Root is the ARN of the account itself and of its root user.
func Root(partition, account string) ARN { return iam(partition, account, "root") }

// User is the ARN of an IAM user, with its path.
func User(partition, account, path, name string) ARN {
	return iam(partition, account, "user"+slashed(path)+name)
}

// Group is the ARN of an IAM group, with its path.
func Group(partition, account, path, name string) ARN {
	return iam(partition, account, "group"+slashed(path)+name)
}

// Role is the ARN of an IAM role, with its path.
func Role(partition, account, path, name string) ARN {
	return iam(partition, account, "role"+slashed(path)+name)
}

// Policy is the ARN of a managed policy, with its path. The account of
// AWS-managed policies is "aws".
func Policy(partition, account, path, name string) ARN {
	return iam(partition, account, "policy"+slashed(path)+name)
}

// InstanceProfile is the ARN of an instance profile, with its path.
func InstanceProfile(partition, account, path, name string) ARN {
	return iam(partition, account, "instance-profile"+slashed(path)+name)
}

// MFA is the ARN of a virtual MFA device, with its path.
func MFA(partition, account, path, name string) ARN {
	return iam(partition, account, "mfa"+slashed(path)+name)
}

// SAMLProvider is the ARN of a SAML identity provider.
func SAMLProvider(partition, account, name string) ARN {
	return iam(partition, account, "saml-provider/"+name)
}

// OIDCProvider is the ARN of an OpenID Connect provider; url is its issuer
// without the scheme ("idp.example.com/tenant").
func OIDCProvider(partition, account, url string) ARN {
	return iam(partition, account, "oidc-provider/"+url)
}

// AssumedRole is the ARN of a role session. It has no path.
func AssumedRole(partition, account, roleName, session string) ARN {
	return sts(partition, account, "assumed-role/"+roleName+"/"+session)
}

// FederatedUser is the ARN of a GetFederationToken session.
func FederatedUser(partition, account, name string) ARN {
	return sts(partition, account, "federated-user/"+name)
}

func iam(partition, account, resource string) ARN {
	return ARN{Partition: partition, Service: "iam", Account: account, Resource: resource}
}

func sts(partition, account, resource string) ARN {
	return ARN{Partition: partition, Service: "sts", Account: account, Resource: resource}
}

func slashed(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// ResourceType is the part of the resource before its first slash or colon:
// "role" of "role/ops/Deployer", "root" of "root".
func (a ARN) ResourceType() string {
	typ, _ := a.cut()
	return typ
}

// ResourceID is what follows the resource type: "ops/Deployer" of
// "role/ops/Deployer", "" of "root".
func (a ARN) ResourceID() string {
	_, id := a.cut()
	return id
}

func (a ARN) cut() (typ, id string) {
	if i := strings.IndexAny(a.Resource, "/:"); i >= 0 {
		return a.Resource[:i], a.Resource[i+1:]
	}
	return a.Resource, ""
}

// Name is the last slash-separated part of the resource: "Deployer" of
// "role/ops/Deployer", the session name of an assumed-role ARN.
func (a ARN) Name() string {
	return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:]
}

// Path is the path of an IAM entity, with both slashes: "/ops/" of
// "role/ops/Deployer", "/" of "role/Deployer". It is "" when the resource has
// no slash.
func (a ARN) Path() string {
	first, last := strings.IndexByte(a.Resource, '/'), strings.LastIndexByte(a.Resource, '/')
	if first < 0 {
		return ""
	}
	return a.Resource[first : last+1]
}

// SessionRole returns the role name and session name of an assumed-role ARN;
// ok is false for any other ARN.
func (a ARN) SessionRole() (role, session string, ok bool) {
	if a.Service != "sts" {
		return "", "", false
	}
	rest, ok := strings.CutPrefix(a.Resource, "assumed-role/")
	if !ok {
		return "", "", false
	}
	role, session, ok = strings.Cut(rest, "/")
	if !ok || role == "" || session == "" {
		return "", "", false
	}
	return role, session, true
}

// IsRoot reports whether a names an account, and so its root user.
func (a ARN) IsRoot() bool { return a.Service == "iam" && a.Resource == "root" }

// IsUser reports whether a names an IAM user.
func (a ARN) IsUser() bool { return a.isIAM("user") }

// IsRole reports whether a names an IAM role (not a session of one).
func (a ARN) IsRole() bool { return a.isIAM("role") }

// IsPolicy reports whether a names a managed policy.
func (a ARN) IsPolicy() bool { return a.isIAM("policy") }

func (a ARN) isIAM(typ string) bool {
	rest, ok := strings.CutPrefix(a.Resource, typ+"/")
	return ok && a.Service == "iam" && a.Region == "" && a.Account != "" && rest != "" && !strings.HasSuffix(rest, "/")
}

// IsAccount reports whether s is an account number: 12 digits.
func IsAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
