package iam

// The quotas of an account: the real service's default values, as
// GetAccountSummary reports them. Sizes of documents do not count white space.
const (
	UsersQuota            = 5000
	GroupsQuota           = 300
	RolesQuota            = 1000
	PoliciesQuota         = 1500
	InstanceProfilesQuota = 1000
	PolicyVersionsQuota   = 10000
	MFADevicesQuota       = 5000 // virtual ones: as many as users

	OIDCProvidersQuota              = 100
	ClientIDsPerOIDCProviderQuota   = 100
	ThumbprintsPerOIDCProviderQuota = 5

	AccessKeysPerUserQuota         = 2
	MFADevicesPerUserQuota         = 8
	SigningCertificatesPerUser     = 2
	GroupsPerUserQuota             = 10
	AttachedPoliciesPerUserQuota   = 10
	AttachedPoliciesPerGroupQuota  = 10
	AttachedPoliciesPerRoleQuota   = 10
	VersionsPerPolicyQuota         = 5
	InstanceProfileRolesQuota      = 1
	ServerCertificatesQuota        = 20
	SAMLProvidersQuota             = 100
	SAMLKeysPerProviderQuota       = 2
	TagsQuota                      = 50
	PolicySizeQuota                = 6144
	UserPolicySizeQuota            = 2048
	GroupPolicySizeQuota           = 5120
	RolePolicySizeQuota            = 10240
	AssumeRolePolicySizeQuota      = 2048
	DefaultMaxSessionSeconds       = 3600
	DefaultGlobalTokenVersion      = 1
	MinimumPasswordLengthByDefault = 8
)
