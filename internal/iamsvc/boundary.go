package iamsvc

import (
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/policy"
)

func boundaryActions() []pipeline.Handler {
	return []pipeline.Handler{
		write("PutUserPermissionsBoundary", users, func(in *iamapi.PutUserPermissionsBoundaryInput) string { return in.UserName },
			func(c *pipeline.Call, in *iamapi.PutUserPermissionsBoundaryInput, u iam.User) (*query.NoResult, error) {
				return setUserBoundary(c, u, in.PermissionsBoundary)
			},
			more[iamapi.PutUserPermissionsBoundaryInput, iam.User]{keys: func(k *policy.Context, in *iamapi.PutUserPermissionsBoundaryInput, _ iam.User) {
				setBoundary(k, in.PermissionsBoundary)
			}}),
		write("DeleteUserPermissionsBoundary", users, func(in *iamapi.DeleteUserPermissionsBoundaryInput) string { return in.UserName },
			func(c *pipeline.Call, _ *iamapi.DeleteUserPermissionsBoundaryInput, u iam.User) (*query.NoResult, error) {
				return setUserBoundary(c, u, "")
			},
			more[iamapi.DeleteUserPermissionsBoundaryInput, iam.User]{keys: func(k *policy.Context, _ *iamapi.DeleteUserPermissionsBoundaryInput, u iam.User) {
				setBoundary(k, u.Boundary)
			}}),
		write("PutRolePermissionsBoundary", roles, func(in *iamapi.PutRolePermissionsBoundaryInput) string { return in.RoleName },
			func(c *pipeline.Call, in *iamapi.PutRolePermissionsBoundaryInput, r iam.Role) (*query.NoResult, error) {
				return setRoleBoundary(c, r, in.PermissionsBoundary)
			},
			more[iamapi.PutRolePermissionsBoundaryInput, iam.Role]{keys: func(k *policy.Context, in *iamapi.PutRolePermissionsBoundaryInput, _ iam.Role) {
				setBoundary(k, in.PermissionsBoundary)
			}}),
		write("DeleteRolePermissionsBoundary", roles, func(in *iamapi.DeleteRolePermissionsBoundaryInput) string { return in.RoleName },
			func(c *pipeline.Call, _ *iamapi.DeleteRolePermissionsBoundaryInput, r iam.Role) (*query.NoResult, error) {
				return setRoleBoundary(c, r, "")
			},
			more[iamapi.DeleteRolePermissionsBoundaryInput, iam.Role]{keys: func(k *policy.Context, _ *iamapi.DeleteRolePermissionsBoundaryInput, r iam.Role) {
				setBoundary(k, r.Boundary)
			}}),
	}
}

// setBoundary sets the condition key of the boundary that a call sets, or that
// its target has.
func setBoundary(k *policy.Context, arn string) {
	if arn != "" {
		k.Set("iam:PermissionsBoundary", arn)
	}
}

func showBoundary(arn string) *iamapi.AttachedPermissionsBoundary {
	if arn == "" {
		return nil
	}
	return &iamapi.AttachedPermissionsBoundary{PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arn}
}

// checkBoundary refuses what cannot be a permissions boundary; "" is none.
func checkBoundary(c *pipeline.Call, arn string) error {
	if arn == "" {
		return nil
	}
	if !isPolicyARN(arn) {
		return invalidInput("ARN %s is not valid.", arn)
	}
	_, err := attachable(c, arn)
	return absent(err, noSuchEntity("Scope ARN: %s does not exist or is not attachable.", arn))
}

func setUserBoundary(c *pipeline.Call, was iam.User, arn string) (*query.NoResult, error) {
	if err := checkBoundary(c, arn); err != nil {
		return nil, err
	}
	if arn == "" && was.Boundary == "" {
		return nil, noSuchEntity("The permissions boundary for user %s cannot be found.", was.Name)
	}
	now := was
	now.Boundary = arn
	return new(query.NoResult), c.Tx.UpdateUser(was, now)
}

func setRoleBoundary(c *pipeline.Call, was iam.Role, arn string) (*query.NoResult, error) {
	if err := notServiceLinked(was); err != nil {
		return nil, err
	}
	if err := checkBoundary(c, arn); err != nil {
		return nil, err
	}
	if arn == "" && was.Boundary == "" {
		return nil, noSuchEntity("The permissions boundary for role %s cannot be found.", was.Name)
	}
	now := was
	now.Boundary = arn
	return new(query.NoResult), c.Tx.UpdateRole(was, now)
}
