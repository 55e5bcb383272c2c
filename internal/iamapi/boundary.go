package iamapi

// AttachedPermissionsBoundary names the policy that limits a user or a role.
type AttachedPermissionsBoundary struct {
	PermissionsBoundaryType string
	PermissionsBoundaryArn  string
}

// PutUserPermissionsBoundaryInput limits a user by a managed policy.
type PutUserPermissionsBoundaryInput struct {
	UserName            string `q:"required,len=1..64,pattern=name"`
	PermissionsBoundary string `q:"required,len=20..2048"`
}

// DeleteUserPermissionsBoundaryInput lifts that limit.
type DeleteUserPermissionsBoundaryInput struct {
	UserName string `q:"required,len=1..64,pattern=name"`
}

// PutRolePermissionsBoundaryInput limits a role by a managed policy.
type PutRolePermissionsBoundaryInput struct {
	RoleName            string `q:"required,len=1..64,pattern=name"`
	PermissionsBoundary string `q:"required,len=20..2048"`
}

// DeleteRolePermissionsBoundaryInput lifts that limit.
type DeleteRolePermissionsBoundaryInput struct {
	RoleName string `q:"required,len=1..64,pattern=name"`
}
