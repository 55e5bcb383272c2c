package trailsvc

import (
	"cmp"
	"errors"
	"slices"

	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/trailapi"
	"github.com/daypass/daypass/policy"
)

// Trails: which there are, and what they are like.

func (s *service) trailActions() []pipeline.Handler {
	return []pipeline.Handler{
		pipeline.Action[trailapi.CreateTrailInput, trailapi.CreateTrailOutput]{
			Name: "CreateTrail", Tx: pipeline.WriteTx, Check: checkNew, Asks: asksCreate, Do: createTrail,
			Ahead: func(c *pipeline.Call, in *trailapi.CreateTrailInput) error {
				return s.tryBucket(c, in.S3BucketName, in.S3KeyPrefix, in.KmsKeyId)
			},
		},
		change("UpdateTrail", func(in *trailapi.UpdateTrailInput) string { return in.Name }, updateTrail, more[trailapi.UpdateTrailInput]{
			check: func(_ *pipeline.Call, in *trailapi.UpdateTrailInput) error {
				return noOrganization(in.IsOrganizationTrail)
			},
			also: func(_ *pipeline.Call, in *trailapi.UpdateTrailInput) []authz.Question {
				if in.CloudWatchLogsRoleArn == nil {
					return nil
				}
				return asksPassRole(*in.CloudWatchLogsRoleArn)
			},
			ahead: s.tryNewBucket,
			room:  true,
		}),
		change("DeleteTrail", func(in *trailapi.DeleteTrailInput) string { return in.Name }, deleteTrail, more[trailapi.DeleteTrailInput]{room: true}),
		read("GetTrail", func(in *trailapi.GetTrailInput) string { return in.Name }, getTrail,
			more[trailapi.GetTrailInput]{gone: unknownGiven}),
		pipeline.Action[trailapi.DescribeTrailsInput, trailapi.DescribeTrailsOutput]{
			Name: "DescribeTrails", Tx: pipeline.ReadTx, ReadOnly: true, Check: checkNames,
			Asks: everything[trailapi.DescribeTrailsInput]("DescribeTrails"), Do: describeTrails,
		},
		pipeline.Action[trailapi.ListTrailsInput, trailapi.ListTrailsOutput]{
			Name: "ListTrails", Tx: pipeline.ReadTx, ReadOnly: true,
			Check: func(_ *pipeline.Call, in *trailapi.ListTrailsInput) error { return noNextToken(in.NextToken) },
			Asks:  everything[trailapi.ListTrailsInput]("ListTrails"), Do: listTrails,
		},
	}
}

// newTrail is the trail that a request would make.
func newTrail(c *pipeline.Call, in *trailapi.CreateTrailInput) iam.Trail {
	t := iam.Trail{
		ARN: trailARN(c, c.Region, c.Account, in.Name), Account: c.Account, Region: c.Region, Name: in.Name, Created: c.Now,
		Bucket: in.S3BucketName, Prefix: in.S3KeyPrefix,
		TrailSettings: iam.TrailSettings{
			GlobalEvents: true, Topic: in.SnsTopicName, LogGroup: in.CloudWatchLogsLogGroupArn, LogRole: in.CloudWatchLogsRoleArn, Key: in.KmsKeyId,
		},
	}
	set(&t.GlobalEvents, in.IncludeGlobalServiceEvents)
	set(&t.AllRegions, in.IsMultiRegionTrail)
	set(&t.Digests, in.EnableLogFileValidation)
	return t
}

// checkNew refuses what cannot become a trail.
func checkNew(c *pipeline.Call, in *trailapi.CreateTrailInput) error {
	_, err := addTags(nil, in.TagsList)
	return cmp.Or(checkName(in.Name), checkSettings(newTrail(c, in)), noOrganization(in.IsOrganizationTrail), err)
}

func asksCreate(c *pipeline.Call, in *trailapi.CreateTrailInput) ([]authz.Question, error) {
	all := []authz.Question{{
		Action: "cloudtrail:CreateTrail", Resource: trailARN(c, c.Region, c.Account, in.Name),
		Keys: func(k *policy.Context) { setRequestTags(k, in.TagsList) },
	}}
	if len(in.TagsList) > 0 {
		tag := all[0]
		tag.Action = "cloudtrail:AddTags"
		all = append(all, tag)
	}
	return append(all, asksPassRole(in.CloudWatchLogsRoleArn)...), nil
}

// asksPassRole asks for the permission to hand the service a role.
func asksPassRole(roleARN string) []authz.Question {
	if roleARN == "" {
		return nil
	}
	return []authz.Question{{
		Action: "iam:PassRole", Resource: roleARN,
		Keys: func(k *policy.Context) { k.Set("iam:PassedToService", "cloudtrail.amazonaws.com") },
	}}
}

func createTrail(c *pipeline.Call, in *trailapi.CreateTrailInput) (*trailapi.CreateTrailOutput, error) {
	t := newTrail(c, in)
	t.Key = keyARN(c, t.Key)
	t.Tags, _ = addTags(nil, in.TagsList) // checked
	all, err := c.Tx.TrailsOf(c.Account)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(all, func(of iam.Trail) bool { return of.Name == t.Name && (seen(of, t.Region) || t.AllRegions) }) {
		return nil, alreadyExists(t)
	}
	if err := withinQuota(all, t); err != nil {
		return nil, err
	}
	err = c.Tx.CreateTrail(t)
	if errors.Is(err, store.ErrExists) {
		return nil, alreadyExists(t)
	}
	return showNew(c, t), err
}

func alreadyExists(t iam.Trail) error {
	return refusal("TrailAlreadyExistsException", "Trail %s already exists for customer: %s", t.Name, t.Account)
}

// withinQuota refuses t when the account has as many other trails in a Region
// as it may have. A trail of all Regions counts in each.
func withinQuota(all []iam.Trail, t iam.Trail) error {
	regions := []string{t.Region}
	if t.AllRegions {
		for _, of := range all {
			regions = append(regions, of.Region)
		}
	}
	for _, region := range regions {
		n := 0
		for _, of := range all {
			if of.ARN != t.ARN && seen(of, region) {
				n++
			}
		}
		if n >= iam.TrailsPerRegionQuota {
			return refusal("MaximumNumberOfTrailsExceededException", "User: %s already has %d trails in %s.", t.Account, n, region)
		}
	}
	return nil
}

// changed is the trail after an update.
func changed(t iam.Trail, in *trailapi.UpdateTrailInput) iam.Trail {
	set(&t.Bucket, in.S3BucketName)
	set(&t.Prefix, in.S3KeyPrefix)
	set(&t.Topic, in.SnsTopicName)
	set(&t.GlobalEvents, in.IncludeGlobalServiceEvents)
	set(&t.AllRegions, in.IsMultiRegionTrail)
	set(&t.Digests, in.EnableLogFileValidation)
	set(&t.LogGroup, in.CloudWatchLogsLogGroupArn)
	set(&t.LogRole, in.CloudWatchLogsRoleArn)
	set(&t.Key, in.KmsKeyId)
	return t
}

// tryNewBucket tries the bucket, and the key, that an update names, before the transaction of
// the update. What else is wrong with the update is told there.
func (s *service) tryNewBucket(c *pipeline.Call, in *trailapi.UpdateTrailInput) error {
	if s.CheckBucket == nil || in.S3BucketName == nil && in.S3KeyPrefix == nil && in.KmsKeyId == nil {
		return nil
	}
	r, err := parseRef(c, in.Name)
	if err != nil {
		return err
	}
	var t iam.Trail
	err = s.DB.View(c.Ctx, func(tx *store.Tx) (err error) {
		c.Tx = tx
		defer func() { c.Tx = nil }()
		t, err = r.find(c)
		return err
	})
	if t = changed(t, in); err != nil || t.Region != c.Region || checkSettings(t) != nil {
		return absent(err, nil)
	}
	return s.tryBucket(c, t.Bucket, t.Prefix, t.Key)
}

func updateTrail(c *pipeline.Call, in *trailapi.UpdateTrailInput, was iam.Trail) (*trailapi.CreateTrailOutput, error) {
	t := changed(was, in)
	if err := checkSettings(t); err != nil {
		return nil, err
	}
	t.Key = keyARN(c, t.Key)
	if t.AllRegions && !was.AllRegions {
		all, err := c.Tx.TrailsOf(c.Account)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(of iam.Trail) bool { return of.Name == t.Name && of.ARN != t.ARN }) {
			return nil, refusal("ConflictException", "There is a trail %s in another Region.", t.Name)
		}
		if err := withinQuota(all, t); err != nil {
			return nil, err
		}
	}
	t.Remember(was, c.Now)
	return showNew(c, t), c.Tx.UpdateTrail(t)
}

// deleteTrail ends the logging too: what was recorded until now is delivered.
func deleteTrail(c *pipeline.Call, _ *trailapi.DeleteTrailInput, t iam.Trail) (*trailapi.DeleteTrailOutput, error) {
	if t.Logging {
		t.Logging, t.Stopped = false, c.Now
	}
	return new(trailapi.DeleteTrailOutput), c.Tx.DeleteTrail(t)
}

func getTrail(c *pipeline.Call, _ *trailapi.GetTrailInput, t iam.Trail) (*trailapi.GetTrailOutput, error) {
	return &trailapi.GetTrailOutput{Trail: show(c, t)}, nil
}

// checkNames refuses what is no name and no ARN; one of no trail is left out of
// the answer.
func checkNames(c *pipeline.Call, in *trailapi.DescribeTrailsInput) error {
	for _, given := range in.TrailNameList {
		if _, err := parseRef(c, given); err != nil {
			return err
		}
	}
	return nil
}

func describeTrails(c *pipeline.Call, in *trailapi.DescribeTrailsInput) (*trailapi.DescribeTrailsOutput, error) {
	all, err := c.Tx.TrailsOf(c.Account)
	if err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(in.TrailNameList))
	for _, given := range in.TrailNameList {
		wanted[given] = true
	}
	shadows := in.IncludeShadowTrails == nil || *in.IncludeShadowTrails
	out := &trailapi.DescribeTrailsOutput{TrailList: []trailapi.Trail{}}
	for _, t := range all {
		if seen(t, c.Region) && (shadows || t.Region == c.Region) && (len(wanted) == 0 || wanted[t.Name] || wanted[t.ARN]) {
			out.TrailList = append(out.TrailList, show(c, t))
		}
	}
	return out, nil
}

// listTrails lists the trails of all Regions. They are so few that the answer
// has one page.
func listTrails(c *pipeline.Call, in *trailapi.ListTrailsInput) (*trailapi.ListTrailsOutput, error) {
	all, err := c.Tx.TrailsOf(c.Account)
	if err != nil {
		return nil, err
	}
	out := &trailapi.ListTrailsOutput{Trails: []trailapi.TrailInfo{}}
	for _, t := range all {
		out.Trails = append(out.Trails, trailapi.TrailInfo{TrailARN: t.ARN, Name: t.Name, HomeRegion: t.Region})
	}
	return out, nil
}
