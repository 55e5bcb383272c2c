package store

import (
	"strings"

	"github.com/daypass/daypass/internal/iam"
)

// Owner is the user, group or role that policies belong to. Its unique id
// tells which of the three it is.
type Owner struct {
	Account string
	ID      string
	Name    string
}

// OwnerUser, OwnerGroup and OwnerRole name the holder of policies.
func OwnerUser(u iam.User) Owner   { return Owner{u.Account, u.ID, u.Name} }
func OwnerGroup(g iam.Group) Owner { return Owner{g.Account, g.ID, g.Name} }
func OwnerRole(r iam.Role) Owner   { return Owner{r.Account, r.ID, r.Name} }

// touchOwner records a change of the owner.
func (tx *Tx) touchOwner(o Owner) {
	kind := UserChange
	switch {
	case strings.HasPrefix(o.ID, string(iam.GroupPrefix)):
		kind = GroupChange
	case strings.HasPrefix(o.ID, string(iam.RolePrefix)):
		kind = RoleChange
	}
	tx.touch(kind, o.Account, o.ID, o.Name)
}
