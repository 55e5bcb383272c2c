package iamsvc

import (
	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
)

// entity is a user, group or role that an action names by ARN, to look at its
// policies.
type entity struct {
	owner
	arn      string
	boundary string // ARN; "" without
	tags     []iam.Tag
	groups   []iam.Group // of a user
}

var entities = noun[entity]{
	word:    "entity",
	missing: "The entity %s cannot be found.",
	check: func(_ *pipeline.Call, text string) error {
		a, err := arn.Parse(text)
		if err != nil {
			return invalidInput("Invalid Entity Arn: %s is not an ARN.", text)
		}
		if !a.IsUser() && !a.IsRole() && a.ResourceType() != "group" {
			return invalidInput("Invalid Entity Arn: %s does not clearly define entity type and name.", text)
		}
		return nil
	},
	load:  loadEntity,
	arn:   func(_ *pipeline.Call, e entity) string { return e.arn },
	guess: func(_ *pipeline.Call, text string) string { return text },
	tags:  func(e entity) []iam.Tag { return e.tags },
	text: func(_ *pipeline.Call, text string) string {
		a, _ := arn.Parse(text)
		return a.ResourceType() + " " + a.Name()
	},
	owner: policies.owner,
}

func loadEntity(c *pipeline.Call, text string) (e entity, err error) {
	a, _ := arn.Parse(text) // entities.check has read it
	switch a.ResourceType() {
	case "user":
		u, err := c.Tx.User(c.Account, a.Name())
		if err != nil {
			return e, err
		}
		e = entity{owner: userOwner(u), arn: userARN(c, u), boundary: u.Boundary, tags: u.Tags}
		if e.groups, err = c.Tx.GroupsOf(u.ID); err != nil {
			return e, err
		}
	case "group":
		g, err := c.Tx.Group(c.Account, a.Name())
		if err != nil {
			return e, err
		}
		e = entity{owner: groupOwner(g), arn: groupARN(c, g)}
	case "role":
		r, err := c.Tx.Role(c.Account, a.Name())
		if err != nil {
			return e, err
		}
		e = entity{owner: roleOwner(r), arn: roleARN(c, r), boundary: r.Boundary, tags: r.Tags}
	}
	if e.arn != text {
		return entity{}, store.ErrNotFound // ARNs compare exactly, account and path included
	}
	return e, nil
}

// noSuchEntityARN is the refusal of an entity by ARN, in the words for its kind.
func noSuchEntityARN(text string) error {
	a, _ := arn.Parse(text) // entities.check has read it
	return noSuchEntity("The %s with name %s cannot be found.", a.ResourceType(), a.Name())
}

// heldPolicy is a policy that an entity holds, itself or through a group.
type heldPolicy struct {
	owner
	name     string
	arn      string // "" for an inline policy
	document string
}

// policies returns what the entity holds: its own policies, inline ones first,
// then those of its groups.
func (e entity) policies(c *pipeline.Call) ([]heldPolicy, error) {
	owners := []owner{e.owner}
	for _, g := range e.groups {
		owners = append(owners, groupOwner(g))
	}
	var all []heldPolicy
	for _, o := range owners {
		inline, err := c.Tx.InlinePolicies(o.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range inline {
			all = append(all, heldPolicy{owner: o, name: p.Name, document: p.Document})
		}
		attached, err := c.Tx.AttachedPolicies(o.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range attached {
			document, err := c.Tx.PolicyDefaultDocument(a.ARN)
			if err != nil {
				return nil, err
			}
			all = append(all, heldPolicy{owner: o, name: a.Name, arn: a.ARN, document: document})
		}
	}
	return all, nil
}

// compiled is the policy for the engine; one that cannot be read any more
// denies.
func (h heldPolicy) compiled() policy.Attached {
	p, err := policy.Parse(policy.Inline, h.document)
	if err != nil {
		p = nil
	}
	return policy.Attached{Policy: p, ID: h.name, ARN: h.arn, OwnerID: h.ID}
}
