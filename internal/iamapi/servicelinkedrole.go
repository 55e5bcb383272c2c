package iamapi

// CreateServiceLinkedRoleInput makes the role of a service in this account.
type CreateServiceLinkedRoleInput struct {
	AWSServiceName string `q:"required,len=1..128,pattern=name"`
	Description    string `q:"len=..1000,pattern=description"`
	CustomSuffix   string `q:"len=1..64,pattern=name"`
}

// CreateServiceLinkedRoleOutput is the role made.
type CreateServiceLinkedRoleOutput struct {
	Role Role
}

// DeleteServiceLinkedRoleInput starts the deletion of such a role.
type DeleteServiceLinkedRoleInput struct {
	RoleName string `q:"required,len=1..64,pattern=name"`
}

// DeleteServiceLinkedRoleOutput names the deletion that was started.
type DeleteServiceLinkedRoleOutput struct {
	DeletionTaskId string
}

// GetServiceLinkedRoleDeletionStatusInput asks how a deletion is doing.
type GetServiceLinkedRoleDeletionStatusInput struct {
	DeletionTaskId string `q:"required,len=1..1000"`
}

// GetServiceLinkedRoleDeletionStatusOutput tells how it is doing, and why it failed.
type GetServiceLinkedRoleDeletionStatusOutput struct {
	Status string
	Reason *DeletionTaskFailureReason
}

// DeletionTaskFailureReason tells what stands in the way of a deletion.
type DeletionTaskFailureReason struct {
	Reason        string
	RoleUsageList []RoleUsage
}

// RoleUsage names what still uses a role, in one Region.
type RoleUsage struct {
	Region    string
	Resources []string
}
