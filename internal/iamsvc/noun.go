package iamsvc

import (
	"errors"

	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
)

// noun is a kind of thing that actions address: how to find it, and how the
// policy engine and the refusals speak of it.
type noun[T any] struct {
	word    string                                         // "user", as in "on resource: user dana"
	missing string                                         // the sentence when it is not there, with its name
	check   func(c *pipeline.Call, name string) error      // refuses what cannot be a name; optional
	load    func(c *pipeline.Call, name string) (T, error) // store.ErrNotFound when there is none
	arn     func(c *pipeline.Call, v T) string             // its ARN
	guess   func(c *pipeline.Call, name string) string     // the ARN that stands for it when it is not there
	tags    func(v T) []iam.Tag                            // optional
	text    func(c *pipeline.Call, name string) string     // overrides "word name"; optional
	owner   func(c *pipeline.Call, name string) string     // the account that owns it; optional, default the caller's
}

// more is what an action adds to the permission on its target. All is optional.
type more[In, T any] struct {
	check func(c *pipeline.Call, in *In) error
	keys  func(k *policy.Context, in *In, v T)                          // condition keys; v is zero when it is not there
	also  func(c *pipeline.Call, in *In, v T) ([]authz.Question, error) // further permissions
	ahead func(c *pipeline.Call, in *In) error                          // as an Action's
	gone  func(c *pipeline.Call, in *In) error                          // the refusal when it is not there, other than the noun's
}

// read makes an action that looks at one thing; of tells its name.
func read[T, In, Out any](name string, n noun[T], of func(*In) string,
	do func(*pipeline.Call, *In, T) (*Out, error), extra ...more[In, T],
) pipeline.Handler {
	return target(name, pipeline.ReadTx, n, of, do, extra)
}

// write makes an action that changes one thing; of tells its name.
func write[T, In, Out any](name string, n noun[T], of func(*In) string,
	do func(*pipeline.Call, *In, T) (*Out, error), extra ...more[In, T],
) pipeline.Handler {
	return target(name, pipeline.WriteTx, n, of, do, extra)
}

func target[T, In, Out any](name string, mode pipeline.TxMode, n noun[T], of func(*In) string,
	do func(*pipeline.Call, *In, T) (*Out, error), extra []more[In, T],
) pipeline.Handler {
	var x more[In, T]
	if len(extra) > 0 {
		x = extra[0]
	}
	return pipeline.Action[In, Out]{
		Name: name, Tx: mode, ReadOnly: mode == pipeline.ReadTx, Ahead: x.ahead,
		Check: func(c *pipeline.Call, in *In) error {
			if n.check != nil {
				if err := n.check(c, of(in)); err != nil {
					return err
				}
			}
			if x.check != nil {
				return x.check(c, in)
			}
			return nil
		},
		Asks: func(c *pipeline.Call, in *In) ([]authz.Question, error) {
			v, err := n.load(c, of(in))
			found := err == nil
			if err := absent(err, nil); err != nil {
				return nil, err
			}
			q := n.question(c, "iam:"+name, of(in), v, found)
			q.Keys = func(k *policy.Context) {
				if found && n.tags != nil {
					setResourceTags(k, n.tags(v))
				}
				if x.keys != nil {
					x.keys(k, in, v)
				}
			}
			if x.also == nil {
				return []authz.Question{q}, nil
			}
			others, err := x.also(c, in, v)
			return append([]authz.Question{q}, others...), err
		},
		Do: func(c *pipeline.Call, in *In) (*Out, error) {
			v, err := n.load(c, of(in))
			if errors.Is(err, store.ErrNotFound) && x.gone != nil {
				return nil, x.gone(c, in)
			}
			if err != nil {
				return nil, absent(err, noSuchEntity(n.missing, of(in)))
			}
			return do(c, in, v)
		},
	}
}

// question asks for the permission on the thing, or on what stands for it when
// it is not there. Its wording does not tell which.
func (n noun[T]) question(c *pipeline.Call, action, name string, v T, found bool) authz.Question {
	q := authz.Question{Action: action, Text: n.word + " " + name}
	if found {
		q.Resource = n.arn(c, v)
	} else {
		q.Resource = n.guess(c, name)
	}
	if n.text != nil {
		q.Text = n.text(c, name)
	}
	if n.owner != nil {
		q.Owner = n.owner(c, name)
	}
	return q
}

// find returns the thing of the name, or the refusal when it is not there.
func (n noun[T]) find(c *pipeline.Call, name string) (T, error) {
	v, err := n.load(c, name)
	return v, absent(err, noSuchEntity(n.missing, name))
}

// ask makes the Asks of an action about no thing that exists: one permission on
// a resource, with a wording for refusals ("" is the resource itself).
func ask[In any](action string, resource func(c *pipeline.Call, in *In) (arn, text string)) func(*pipeline.Call, *In) ([]authz.Question, error) {
	return func(c *pipeline.Call, in *In) ([]authz.Question, error) {
		arn, text := resource(c, in)
		return []authz.Question{{Action: action, Resource: arn, Text: text}}, nil
	}
}

// below is the resource of an action that lists what is under a path:
// arn:aws:iam::111122223333:user/ops/.
func below[In any](typ string, prefix func(*In) string) func(*pipeline.Call, *In) (arn, text string) {
	return func(c *pipeline.Call, in *In) (arn, text string) {
		return "arn:" + c.Partition + ":iam::" + c.Account + ":" + typ + orSlash(prefix(in)), ""
	}
}

// orSlash returns the path, "/" when it is left out.
func orSlash(path string) string {
	if path == "" {
		return "/"
	}
	return path
}
