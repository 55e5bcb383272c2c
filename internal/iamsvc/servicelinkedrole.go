package iamsvc

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
)

// Service-linked roles belong to a service: the account makes, describes, tags
// and deletes them, and changes nothing else of them.

func serviceLinkedRoleActions() []pipeline.Handler {
	return []pipeline.Handler{
		pipeline.Action[iamapi.CreateServiceLinkedRoleInput, iamapi.CreateServiceLinkedRoleOutput]{
			Name: "CreateServiceLinkedRole", Tx: pipeline.WriteTx, Asks: asksCreateServiceLinkedRole, Do: createServiceLinkedRole,
		},
		write("DeleteServiceLinkedRole", roles, func(in *iamapi.DeleteServiceLinkedRoleInput) string { return in.RoleName }, deleteServiceLinkedRole),
		pipeline.Action[iamapi.GetServiceLinkedRoleDeletionStatusInput, iamapi.GetServiceLinkedRoleDeletionStatusOutput]{
			Name: "GetServiceLinkedRoleDeletionStatus", ReadOnly: true, Asks: asksDeletionStatus, Do: getDeletionStatus,
		},
	}
}

const serviceLinkedPath = "/aws-service-role/"

// notServiceLinked refuses to change a role that belongs to a service.
func notServiceLinked(r iam.Role) error {
	service, ok := strings.CutPrefix(r.Path, serviceLinkedPath)
	if !ok {
		return nil
	}
	return unmodifiable("Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS (service %s)",
		r.Name, strings.TrimSuffix(service, "/"))
}

// linkedRoleName returns the name of the service's role, "" when the service
// has none or takes no suffix.
func linkedRoleName(in *iamapi.CreateServiceLinkedRoleInput) string {
	s, ok := linkedServices[in.AWSServiceName]
	switch {
	case !ok:
		return ""
	case in.CustomSuffix == "":
		return "AWSServiceRoleFor" + s.name
	case s.suffix:
		return "AWSServiceRoleFor" + s.name + "_" + in.CustomSuffix
	}
	return ""
}

func asksCreateServiceLinkedRole(c *pipeline.Call, in *iamapi.CreateServiceLinkedRoleInput) ([]authz.Question, error) {
	path := serviceLinkedPath + in.AWSServiceName + "/"
	return []authz.Question{{
		Action: "iam:CreateServiceLinkedRole", Resource: arn.Role(c.Partition, c.Account, path, linkedRoleName(in)).String(),
		Keys: func(k *policy.Context) { k.Set("iam:AWSServiceName", in.AWSServiceName) },
	}}, nil
}

// linkedTrust is the trust policy of the service's role.
func linkedTrust(service string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":[%q]}}]}`, service)
}

func createServiceLinkedRole(c *pipeline.Call, in *iamapi.CreateServiceLinkedRoleInput) (*iamapi.CreateServiceLinkedRoleOutput, error) {
	s, ok := linkedServices[in.AWSServiceName]
	switch {
	case !ok:
		return nil, invalidInput("Service %s does not have service-linked roles.", in.AWSServiceName)
	case in.CustomSuffix != "" && !s.suffix:
		return nil, invalidInput("Custom suffix is not allowed for %s", in.AWSServiceName)
	}
	name := linkedRoleName(in)
	if len(name) > 64 {
		return nil, invalidInput("Role name %s is longer than 64 characters.", name)
	}
	r := iam.Role{
		ID: iam.NewID(iam.RolePrefix, c.Account), Account: c.Account, Path: serviceLinkedPath + in.AWSServiceName + "/", Name: name,
		Created: c.Now, Description: in.Description, MaxSession: iam.DefaultMaxSessionSeconds * time.Second,
		Trust: linkedTrust(in.AWSServiceName),
	}
	if err := c.Tx.CreateRole(r); err != nil {
		return nil, taken(err, invalidInput("Service role name %s has been taken in this account, please try a different suffix.", name))
	}
	if p := linkedPolicy(c, s.policy); p != nil {
		if err := c.Tx.Attach(store.OwnerRole(r), iam.Attachment{ARN: p.ARN, Name: p.Name}); err != nil {
			return nil, err
		}
	}
	return &iamapi.CreateServiceLinkedRoleOutput{Role: iamapi.Role{
		Path: r.Path, RoleName: r.Name, RoleId: r.ID, Arn: roleARN(c, r), CreateDate: r.Created, Description: r.Description,
		AssumeRolePolicyDocument: query.PolicyDocument(r.Trust),
	}}, nil
}

// linkedPolicy returns the service's own policy of the name.
func linkedPolicy(c *pipeline.Call, name string) *iam.ManagedPolicy {
	for _, path := range []string{serviceLinkedPath, "/"} {
		if p := iam.AWSManaged(arn.Policy(c.Partition, iam.AWS, path, name).String()); p != nil {
			return p
		}
	}
	return nil
}

// deleteServiceLinkedRole deletes at once: no service of this installation can
// still be using the role.
func deleteServiceLinkedRole(c *pipeline.Call, _ *iamapi.DeleteServiceLinkedRoleInput, r iam.Role) (*iamapi.DeleteServiceLinkedRoleOutput, error) {
	if notServiceLinked(r) == nil {
		return nil, invalidInput("Role %s is not a service-linked role.", r.Name)
	}
	attached, err := c.Tx.AttachedPolicies(r.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range attached {
		if err := c.Tx.Detach(store.OwnerRole(r), a.ARN); err != nil {
			return nil, err
		}
	}
	if err := c.Tx.DeleteRole(r); err != nil {
		return nil, err
	}
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80 // a random UUID
	return &iamapi.DeleteServiceLinkedRoleOutput{
		DeletionTaskId: fmt.Sprintf("task%s%s/%x-%x-%x-%x-%x", r.Path, r.Name, b[:4], b[4:6], b[6:8], b[8:10], b[10:]),
	}, nil
}

// deletedRole takes the path and name of the role out of a deletion task's id:
// task/aws-service-role/SERVICE/ROLE/UUID.
func deletedRole(id string) (path, name string, ok bool) {
	part := strings.Split(id, "/")
	if len(part) != 5 || part[0] != "task" || part[1] != "aws-service-role" || len(part[4]) != 36 || slices.Contains(part, "") {
		return "", "", false
	}
	return serviceLinkedPath + part[2] + "/", part[3], true
}

func asksDeletionStatus(c *pipeline.Call, in *iamapi.GetServiceLinkedRoleDeletionStatusInput) ([]authz.Question, error) {
	q := authz.Question{Action: "iam:GetServiceLinkedRoleDeletionStatus", Resource: "*"}
	if path, name, ok := deletedRole(in.DeletionTaskId); ok {
		q.Resource = arn.Role(c.Partition, c.Account, path, name).String()
	}
	return []authz.Question{q}, nil
}

func getDeletionStatus(_ *pipeline.Call, in *iamapi.GetServiceLinkedRoleDeletionStatusInput) (*iamapi.GetServiceLinkedRoleDeletionStatusOutput, error) {
	if _, _, ok := deletedRole(in.DeletionTaskId); !ok {
		return nil, noSuchEntity("The deletion task with id %s cannot be found.", in.DeletionTaskId)
	}
	return &iamapi.GetServiceLinkedRoleDeletionStatusOutput{Status: "SUCCEEDED"}, nil
}
