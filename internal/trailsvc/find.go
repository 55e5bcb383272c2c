package trailsvc

import (
	"errors"
	"fmt"
	"slices"

	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/trailapi"
	"github.com/daypass/daypass/policy"
)

// find returns the trail that the request speaks of: a name is of a trail whose
// home is the Region called, or else of one that it has for a shadow. The error
// wraps store.ErrNotFound when there is none.
func (r ref) find(c *pipeline.Call) (iam.Trail, error) {
	if r.account != c.Account {
		return iam.Trail{}, fmt.Errorf("trail of account %s: %w", r.account, store.ErrNotFound)
	}
	t, err := c.Tx.Trail(r.arn(c))
	if r.byARN || !errors.Is(err, store.ErrNotFound) {
		return t, err
	}
	all, listing := c.Tx.TrailsOf(c.Account)
	if listing != nil {
		return t, listing
	}
	if i := slices.IndexFunc(all, func(t iam.Trail) bool { return t.AllRegions && t.Name == r.name }); i >= 0 {
		return all[i], nil
	}
	return t, err
}

// seen reports whether the trail is there for those who call a Region.
func seen(t iam.Trail, region string) bool { return t.Region == region || t.AllRegions }

// more is what an action adds to the permission on its trail. All is optional.
type more[In any] struct {
	check func(c *pipeline.Call, in *In) error
	keys  func(k *policy.Context, in *In) // condition keys
	also  func(c *pipeline.Call, in *In) []authz.Question
	ahead func(c *pipeline.Call, in *In) error // see pipeline.Action
	refer func(c *pipeline.Call, given string) (ref, error)
	gone  func(c *pipeline.Call, r ref) error // the refusal when there is no such trail
	away  bool                                // it changes the trail from any Region where it is seen
	room  bool                                // see pipeline.Action.MakesRoom
}

// read makes an action that looks at one trail; of tells which.
func read[In, Out any](name string, of func(*In) string, do func(*pipeline.Call, *In, iam.Trail) (*Out, error), extra ...more[In]) pipeline.Handler {
	return about(name, pipeline.ReadTx, of, do, extra)
}

// change makes an action that changes one trail, in its home; of tells which.
func change[In, Out any](name string, of func(*In) string, do func(*pipeline.Call, *In, iam.Trail) (*Out, error), extra ...more[In]) pipeline.Handler {
	return about(name, pipeline.WriteTx, of, do, extra)
}

func about[In, Out any](name string, mode pipeline.TxMode, of func(*In) string,
	do func(*pipeline.Call, *In, iam.Trail) (*Out, error), extra []more[In],
) pipeline.Handler {
	var x more[In]
	if len(extra) > 0 {
		x = extra[0]
	}
	if x.refer == nil {
		x.refer = parseRef
	}
	if x.gone == nil {
		x.gone = unknownARN
	}
	return pipeline.Action[In, Out]{
		Name: name, Tx: mode, ReadOnly: mode == pipeline.ReadTx, Ahead: x.ahead, MakesRoom: x.room,
		Check: func(c *pipeline.Call, in *In) error {
			if _, err := x.refer(c, of(in)); err != nil || x.check == nil {
				return err
			}
			return x.check(c, in)
		},
		Asks: func(c *pipeline.Call, in *In) ([]authz.Question, error) {
			r, err := x.refer(c, of(in))
			if err != nil {
				return nil, err
			}
			q := authz.Question{Action: "cloudtrail:" + name, Resource: r.arn(c), Owner: r.account}
			t, err := r.find(c)
			if err := absent(err, nil); err != nil {
				return nil, err
			}
			if err == nil {
				q.Resource = t.ARN
			}
			q.Keys = func(k *policy.Context) {
				setResourceTags(k, t)
				if x.keys != nil {
					x.keys(k, in)
				}
			}
			if x.also == nil {
				return []authz.Question{q}, nil
			}
			return append([]authz.Question{q}, x.also(c, in)...), nil
		},
		Do: func(c *pipeline.Call, in *In) (*Out, error) {
			r, err := x.refer(c, of(in))
			if err != nil {
				return nil, err
			}
			t, err := r.find(c)
			switch {
			case err != nil:
				return nil, absent(err, x.gone(c, r))
			case mode == pipeline.WriteTx && !x.away && t.Region != c.Region:
				return nil, refusal("InvalidHomeRegionException", "The trail %s can only be changed in its home Region, %s.", t.Name, t.Region)
			case !seen(t, c.Region):
				return nil, x.gone(c, r)
			}
			return do(c, in, t)
		},
	}
}

// everything makes the Asks of an action that is about no trail in particular.
func everything[In any](action string) func(*pipeline.Call, *In) ([]authz.Question, error) {
	return func(*pipeline.Call, *In) ([]authz.Question, error) {
		return []authz.Question{{Action: "cloudtrail:" + action, Resource: "*"}}, nil
	}
}

// show returns the trail for an answer.
func show(c *pipeline.Call, t iam.Trail) trailapi.Trail {
	o := showNew(c, t)
	return trailapi.Trail{
		Name: o.Name, S3BucketName: o.S3BucketName, S3KeyPrefix: o.S3KeyPrefix, SnsTopicName: o.SnsTopicName, SnsTopicARN: o.SnsTopicARN,
		IncludeGlobalServiceEvents: o.IncludeGlobalServiceEvents, IsMultiRegionTrail: o.IsMultiRegionTrail, HomeRegion: t.Region, TrailARN: o.TrailARN,
		LogFileValidationEnabled: o.LogFileValidationEnabled, CloudWatchLogsLogGroupArn: o.CloudWatchLogsLogGroupArn,
		CloudWatchLogsRoleArn: o.CloudWatchLogsRoleArn, KmsKeyId: o.KmsKeyId, HasCustomEventSelectors: hasCustomSelectors(t),
	}
}

// showNew returns the trail for the answer to who made or changed it.
func showNew(c *pipeline.Call, t iam.Trail) *trailapi.CreateTrailOutput {
	return &trailapi.CreateTrailOutput{
		Name: t.Name, S3BucketName: t.Bucket, S3KeyPrefix: t.Prefix, SnsTopicName: t.Topic, SnsTopicARN: topicARN(c, t),
		IncludeGlobalServiceEvents: t.GlobalEvents, IsMultiRegionTrail: t.AllRegions, TrailARN: t.ARN, LogFileValidationEnabled: t.Digests,
		CloudWatchLogsLogGroupArn: t.LogGroup, CloudWatchLogsRoleArn: t.LogRole, KmsKeyId: t.Key,
	}
}
