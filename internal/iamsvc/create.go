package iamsvc

import (
	"cmp"

	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/policy"
)

// creation is what an action that makes a thing asks for: the permission to
// make it, and to tag it when it comes with tags.
type creation struct {
	noun     string // "User": iam:CreateUser, iam:TagUser
	tagged   string // the noun of the permission to tag, if it is another
	arn      string // of the thing to be
	text     string // how refusals of the creation name it; "" is the ARN
	tags     []iamapi.Tag
	boundary string // ARN of the permissions boundary that it gets; "" for none
}

func (n creation) questions() []authz.Question {
	keys := func(k *policy.Context) {
		setRequestTags(k, n.tags)
		setBoundary(k, n.boundary)
	}
	all := []authz.Question{{Action: "iam:Create" + n.noun, Resource: n.arn, Text: n.text, Keys: keys}}
	if len(n.tags) > 0 {
		all = append(all, authz.Question{Action: "iam:Tag" + cmp.Or(n.tagged, n.noun), Resource: n.arn, Text: n.text, Keys: keys})
	}
	return all
}

// create makes an action that makes a thing.
func create[In, Out any](name string, asks func(*pipeline.Call, *In) creation, do func(*pipeline.Call, *In) (*Out, error)) pipeline.Handler {
	return createAhead(name, asks, nil, do)
}

// createAhead is create for an action with work ahead of the transaction.
func createAhead[In, Out any](name string, asks func(*pipeline.Call, *In) creation, ahead func(*pipeline.Call, *In) error,
	do func(*pipeline.Call, *In) (*Out, error),
) pipeline.Handler {
	return pipeline.Action[In, Out]{
		Name: name, Tx: pipeline.WriteTx, Ahead: ahead,
		Asks: func(c *pipeline.Call, in *In) ([]authz.Question, error) { return asks(c, in).questions(), nil },
		Do:   do,
	}
}
