package iamapi

// SimulateCustomPolicyInput asks what the given policies would decide.
type SimulateCustomPolicyInput struct {
	PolicyInputList                    []string `q:"required,each-len=1..131072,each-pattern=policy"`
	PermissionsBoundaryPolicyInputList []string `q:"each-len=1..131072,each-pattern=policy"`
	ActionNames                        []string `q:"required,each-len=3..128"`
	ResourceArns                       []string `q:"each-len=1..2048"`
	ResourcePolicy                     string   `q:"len=1..131072,pattern=policy"`
	ResourceOwner                      string   `q:"len=1..2048"`
	CallerArn                          string   `q:"len=1..2048"`
	ContextEntries                     []ContextEntry
	ResourceHandlingOption             string `q:"len=1..64"`
	MaxItems                           *int32 `q:"range=1..1000"`
	Marker                             string `q:"len=1..320,pattern=marker"`
}

// SimulatePolicyOutput is a page of decisions, one for each action.
type SimulatePolicyOutput struct {
	EvaluationResults []EvaluationResult `q:"keep"`
	IsTruncated       bool
	Marker            string
}

// SimulatePrincipalPolicyInput asks what the policies of a user, group or role decide.
type SimulatePrincipalPolicyInput struct {
	PolicySourceArn                    string   `q:"required,len=20..2048"`
	PolicyInputList                    []string `q:"each-len=1..131072,each-pattern=policy"`
	PermissionsBoundaryPolicyInputList []string `q:"each-len=1..131072,each-pattern=policy"`
	ActionNames                        []string `q:"required,each-len=3..128"`
	ResourceArns                       []string `q:"each-len=1..2048"`
	ResourcePolicy                     string   `q:"len=1..131072,pattern=policy"`
	ResourceOwner                      string   `q:"len=1..2048"`
	CallerArn                          string   `q:"len=1..2048"`
	ContextEntries                     []ContextEntry
	ResourceHandlingOption             string `q:"len=1..64"`
	MaxItems                           *int32 `q:"range=1..1000"`
	Marker                             string `q:"len=1..320,pattern=marker"`
}

// GetContextKeysForCustomPolicyInput asks which context keys the given policies look at.
type GetContextKeysForCustomPolicyInput struct {
	PolicyInputList []string `q:"required,each-len=1..131072,each-pattern=policy"`
}

// GetContextKeysForPolicyOutput names the keys, each once.
type GetContextKeysForPolicyOutput struct {
	ContextKeyNames []string `q:"keep"`
}

// GetContextKeysForPrincipalPolicyInput asks which context keys the policies of a principal look at.
type GetContextKeysForPrincipalPolicyInput struct {
	PolicySourceArn string   `q:"required,len=20..2048"`
	PolicyInputList []string `q:"each-len=1..131072,each-pattern=policy"`
}

// ListPoliciesGrantingServiceAccessInput asks which policies of a principal allow anything of a service.
type ListPoliciesGrantingServiceAccessInput struct {
	Marker            string   `q:"len=1..320,pattern=marker"`
	Arn               string   `q:"required,len=20..2048"`
	ServiceNamespaces []string `q:"required,items=1..200,each-len=1..64,each-pattern=namespace"`
}

// ListPoliciesGrantingServiceAccessOutput is a page of answers, one for each service.
type ListPoliciesGrantingServiceAccessOutput struct {
	PoliciesGrantingServiceAccess []ListPoliciesGrantingServiceAccessEntry `q:"keep"`
	IsTruncated                   bool
	Marker                        string
}

// ContextEntry is a context key with its values and their type.
type ContextEntry struct {
	ContextKeyName   string `q:"len=5..256"`
	ContextKeyValues []string
	ContextKeyType   string `q:"enum=string|stringList|numeric|numericList|boolean|booleanList|ip|ipList|binary|binaryList|date|dateList"`
}

// EvaluationResult is the decision on one action, over all resources asked about.
type EvaluationResult struct {
	EvalActionName                    string
	EvalResourceName                  string
	EvalDecision                      string
	MatchedStatements                 []Statement `q:"keep"`
	MissingContextValues              []string    `q:"keep"`
	OrganizationsDecisionDetail       *OrganizationsDecisionDetail
	PermissionsBoundaryDecisionDetail *PermissionsBoundaryDecisionDetail
	EvalDecisionDetails               map[string]string
	ResourceSpecificResults           []ResourceSpecificResult
}

// Statement points at a statement that decided.
type Statement struct {
	SourcePolicyId   string
	SourcePolicyType string
	StartPosition    *Position
	EndPosition      *Position
}

// Position is a place in the text of a policy, counted from 1.
type Position struct {
	Line   int32
	Column int32
}

// OrganizationsDecisionDetail is what the service control policies had to say.
type OrganizationsDecisionDetail struct {
	AllowedByOrganizations bool
}

// PermissionsBoundaryDecisionDetail is what the permissions boundary had to say.
type PermissionsBoundaryDecisionDetail struct {
	AllowedByPermissionsBoundary bool
}

// ResourceSpecificResult is the decision on one action and one resource.
type ResourceSpecificResult struct {
	EvalResourceName                  string
	EvalResourceDecision              string
	MatchedStatements                 []Statement `q:"keep"`
	MissingContextValues              []string    `q:"keep"`
	EvalDecisionDetails               map[string]string
	PermissionsBoundaryDecisionDetail *PermissionsBoundaryDecisionDetail
}

// ListPoliciesGrantingServiceAccessEntry is the answer for one service.
type ListPoliciesGrantingServiceAccessEntry struct {
	ServiceNamespace string
	Policies         []PolicyGrantingServiceAccess
}

// PolicyGrantingServiceAccess names a policy and what it belongs to.
type PolicyGrantingServiceAccess struct {
	PolicyName string
	PolicyType string
	PolicyArn  string
	EntityType string
	EntityName string
}
