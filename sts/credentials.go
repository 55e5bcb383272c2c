package sts

import "time"

// Credentials are what every issuing action answers. All four are always there.
type Credentials struct {
	AccessKeyId     string
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

// AssumedRoleUser names the session of a role.
type AssumedRoleUser struct {
	AssumedRoleId string // unique id of the role, ":", session name
	Arn           string // arn:aws:sts::123456789012:assumed-role/name/session, without the role's path
}

// FederatedUser names the session of a federated user.
type FederatedUser struct {
	FederatedUserId string // account, ":", name
	Arn             string // arn:aws:sts::123456789012:federated-user/name
}
