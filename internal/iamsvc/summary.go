package iamsvc

import (
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
)

func summaryActions() []pipeline.Handler {
	return []pipeline.Handler{onAccount("GetAccountSummary", pipeline.ReadTx, getAccountSummary)}
}

// getAccountSummary counts what the account has, beside its quotas (recorded,
// answers 5).
func getAccountSummary(c *pipeline.Call, _ *none) (*iamapi.GetAccountSummaryOutput, error) {
	a, err := c.Tx.Account(c.Account)
	if err != nil {
		return nil, err
	}
	m := map[string]int32{
		"AccountPasswordPresent": 0, "AccountSigningCertificatesPresent": 0, "ServerCertificates": 0,
		"GlobalEndpointTokenVersion":      int32(a.TokenVersion),
		"AccessKeysPerUserQuota":          iam.AccessKeysPerUserQuota,
		"AssumeRolePolicySizeQuota":       iam.AssumeRolePolicySizeQuota,
		"AttachedPoliciesPerGroupQuota":   iam.AttachedPoliciesPerGroupQuota,
		"AttachedPoliciesPerRoleQuota":    iam.AttachedPoliciesPerRoleQuota,
		"AttachedPoliciesPerUserQuota":    iam.AttachedPoliciesPerUserQuota,
		"GroupPolicySizeQuota":            iam.GroupPolicySizeQuota,
		"GroupsPerUserQuota":              iam.GroupsPerUserQuota,
		"GroupsQuota":                     iam.GroupsQuota,
		"InstanceProfilesQuota":           iam.InstanceProfilesQuota,
		"PoliciesQuota":                   iam.PoliciesQuota,
		"PolicySizeQuota":                 iam.PolicySizeQuota,
		"PolicyVersionsInUseQuota":        iam.PolicyVersionsQuota,
		"RolePolicySizeQuota":             iam.RolePolicySizeQuota,
		"RolesQuota":                      iam.RolesQuota,
		"ServerCertificatesQuota":         iam.ServerCertificatesQuota,
		"SigningCertificatesPerUserQuota": iam.SigningCertificatesPerUser,
		"UserPolicySizeQuota":             iam.UserPolicySizeQuota,
		"UsersQuota":                      iam.UsersQuota,
		"VersionsPerPolicyQuota":          iam.VersionsPerPolicyQuota,
	}
	for key, count := range map[string]func(string) (int, error){
		"Users": c.Tx.CountUsers, "Groups": c.Tx.CountGroups, "Roles": c.Tx.CountRoles, "InstanceProfiles": c.Tx.CountInstanceProfiles,
		"Providers": c.Tx.CountSAMLProviders,
	} {
		n, err := count(c.Account)
		if err != nil {
			return nil, err
		}
		m[key] = int32(n)
	}
	providers, err := c.Tx.CountOIDCProviders(c.Account)
	if err != nil {
		return nil, err
	}
	m["Providers"] += int32(providers)
	policies, versions, err := c.Tx.CountPolicies(c.Account)
	if err != nil {
		return nil, err
	}
	m["Policies"], m["PolicyVersionsInUse"] = int32(policies), int32(versions)
	devices, held, err := c.Tx.CountMFADevices(c.Account)
	if err != nil {
		return nil, err
	}
	m["MFADevices"], m["MFADevicesInUse"] = int32(devices), int32(held)
	roots, err := c.Tx.MFADevicesOf(c.Account)
	if err != nil {
		return nil, err
	}
	m["AccountMFAEnabled"] = int32(min(len(roots), 1))
	keys, err := c.Tx.AccessKeysOf(c.Account, "")
	m["AccountAccessKeysPresent"] = int32(min(len(keys), 1))
	return &iamapi.GetAccountSummaryOutput{SummaryMap: m}, err
}
