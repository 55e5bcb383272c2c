package trailsvc_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/daypass/daypass/internal/bucket"
	"github.com/daypass/daypass/internal/history"
	"github.com/daypass/daypass/internal/trailsvc"
)

const (
	arnOfMain = "arn:aws:cloudtrail:us-east-1:123456789012:trail/main"
	arnOfKey  = "arn:aws:kms:us-east-1:123456789012:key/logs"
	arnOfFar  = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/far"
	store     = "arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/ee54f226-431d-4777-9fa4-example"
)

// create is the body of a CreateTrail with more members.
func create(name, more string) string {
	return fmt.Sprintf(`{"Name":%q,"S3BucketName":"logs"%s}`, name, more)
}

func TestRefusals(t *testing.T) {
	s := newStage(t, trailsvc.Config{
		CheckBucket: func(_ context.Context, name, prefix, account, key string) error {
			switch name {
			case "gone":
				return fmt.Errorf("HeadBucket: %w", bucket.ErrNoSuchBucket)
			case "closed":
				return fmt.Errorf("GetBucketAcl: %w", bucket.ErrDenied)
			}
			if key != "" {
				_, code, _ := strings.Cut(key, "/")
				err := fmt.Errorf("%w: %w", bucket.ErrKey, &smithy.GenericAPIError{Code: code})
				if code == "AccessDenied" {
					err = fmt.Errorf("%w: %w", err, bucket.ErrDenied)
				}
				return err
			}
			return nil
		},
		Events: func(_ context.Context, q history.Query) (history.Page, error) {
			if q.Token != "" {
				return history.Page{}, fmt.Errorf("page: %w", history.ErrToken)
			}
			return history.Page{}, nil
		},
	})
	s.must("CreateTrail", create("main", ""))
	if a := s.callAs(s.root, "eu-west-1", "CreateTrail", create("far", `,"IsMultiRegionTrail":true`)); a.status != http.StatusOK {
		t.Fatal(a.text)
	}
	if a := s.callAs(s.root, "eu-west-1", "CreateTrail", create("there", "")); a.status != http.StatusOK {
		t.Fatal(a.text)
	}
	tags := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"Key":"k%d"}`, i))
		}
		return strings.Join(all, ",")
	}
	put := func(selectors string) string { return `{"TrailName":"main",` + selectors + `}` }
	advanced := func(conditions string) string {
		return put(`"AdvancedEventSelectors":[{"FieldSelectors":[` + conditions + `]}]`)
	}
	const management = `{"Field":"eventCategory","Equals":["Management"]}`
	for _, tt := range []struct {
		name, action, body string
		code, words        string
	}{
		{"no name", "CreateTrail", `{"S3BucketName":"logs"}`, "ValidationException", "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"},
		{"a short name", "CreateTrail", create("ab", ""), "InvalidTrailNameException", "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters."},
		{"a long name", "CreateTrail", create(strings.Repeat("a", 129), ""), "InvalidTrailNameException", "Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters."},
		{"a name with a space", "CreateTrail", create("my trail", ""), "InvalidTrailNameException", "can only contain"},
		{"a name with a slash", "GetTrail", `{"Name":"trail/main"}`, "InvalidTrailNameException", "can only contain"},
		{"a name in another script", "CreateTrail", create("tráil", ""), "InvalidTrailNameException", "can only contain"},
		{"a name that begins with a sign", "CreateTrail", create("-trail", ""), "InvalidTrailNameException", "must starts with"},
		{"a name that ends with a sign", "CreateTrail", create("trail.", ""), "InvalidTrailNameException", "must ends with"},
		{"a name that ends with what no name has", "CreateTrail", create("trail!", ""), "InvalidTrailNameException", "must ends with"},
		{"a name that begins with what no name has", "CreateTrail", create("?trail!", ""), "InvalidTrailNameException", "must starts with"},
		{"a name with two signs together", "CreateTrail", create("my-_trail", ""), "InvalidTrailNameException", "adjacent"},
		{"an address for a name", "CreateTrail", create("192.168.5.4", ""), "InvalidTrailNameException", "IP address"},
		{"a name that is taken", "CreateTrail", create("main", ""), "TrailAlreadyExistsException", "Trail main already exists for customer: 123456789012"},
		{"a name that a shadow trail has", "CreateTrail", create("far", ""), "TrailAlreadyExistsException", "Trail far already exists"},
		{"a name that a trail of another Region has, for all Regions", "CreateTrail", create("there", `,"IsMultiRegionTrail":true`), "TrailAlreadyExistsException", "Trail there already exists"},

		{"a short bucket name", "CreateTrail", `{"Name":"new","S3BucketName":"ab"}`, "InvalidS3BucketNameException", "ab"},
		{"a long bucket name", "CreateTrail", `{"Name":"new","S3BucketName":"` + strings.Repeat("a", 64) + `"}`, "InvalidS3BucketNameException", ""},
		{"a bucket name with a slash", "CreateTrail", `{"Name":"new","S3BucketName":"logs/../other"}`, "InvalidS3BucketNameException", ""},
		{"a bucket name with capitals", "CreateTrail", `{"Name":"new","S3BucketName":"Logs"}`, "InvalidS3BucketNameException", ""},
		{"a bucket name with two dots", "CreateTrail", `{"Name":"new","S3BucketName":"lo..gs"}`, "InvalidS3BucketNameException", ""},
		{"a bucket name that begins with a hyphen", "CreateTrail", `{"Name":"new","S3BucketName":"-logs"}`, "InvalidS3BucketNameException", ""},
		{"a bucket name that ends with a hyphen", "CreateTrail", `{"Name":"new","S3BucketName":"logs-"}`, "InvalidS3BucketNameException", ""},
		{"an address for a bucket", "CreateTrail", `{"Name":"new","S3BucketName":"10.0.0.1"}`, "InvalidS3BucketNameException", ""},
		{"a bucket that is not there", "CreateTrail", `{"Name":"new","S3BucketName":"gone"}`, "S3BucketDoesNotExistException", "S3 bucket gone does not exist!"},
		{"a bucket that takes nothing", "CreateTrail", `{"Name":"new","S3BucketName":"closed"}`, "InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy is detected for bucket: closed"},
		{"an update to a bucket that is not there", "UpdateTrail", `{"Name":"main","S3BucketName":"gone"}`, "S3BucketDoesNotExistException", ""},
		{"an update to a bucket that takes nothing", "UpdateTrail", `{"Name":"main","S3BucketName":"closed"}`, "InsufficientS3BucketPolicyException", ""},
		{"a key that is not there", "CreateTrail", create("new", `,"KmsKeyId":"arn:aws:kms:us-east-1:123456789012:key/KMS.NotFoundException"`), "KmsKeyNotFoundException", "The KMS key arn:aws:kms:us-east-1:123456789012:key/KMS.NotFoundException does not exist."},
		{"a key that is disabled", "CreateTrail", create("new", `,"KmsKeyId":"arn:aws:kms:us-east-1:123456789012:key/KMS.DisabledException"`), "KmsKeyDisabledException", "is disabled"},
		{"a key that may not be used", "CreateTrail", create("new", `,"KmsKeyId":"AccessDenied"`), "InsufficientEncryptionPolicyException", "Insufficient permissions to access S3 bucket logs or KMS key arn:aws:kms:us-east-1:123456789012:key/AccessDenied."},
		{"a key for a store that has none", "CreateTrail", create("new", `,"KmsKeyId":"NotImplemented"`), "KmsException", "The S3 bucket logs does not encrypt under the KMS key arn:aws:kms:us-east-1:123456789012:key/NotImplemented."},
		{"an update to a key that is not there", "UpdateTrail", `{"Name":"main","KmsKeyId":"arn:aws:kms:us-east-1:123456789012:key/KMS.NotFoundException"}`, "KmsKeyNotFoundException", ""},
		{"a long prefix", "CreateTrail", create("new", `,"S3KeyPrefix":"`+strings.Repeat("p", 201)+`"`), "InvalidS3PrefixException", ""},
		{"a prefix of many characters in another script", "CreateTrail", create("new", `,"S3KeyPrefix":"`+strings.Repeat("é", 201)+`"`), "InvalidS3PrefixException", ""},
		{"a prefix that climbs", "CreateTrail", create("new", `,"S3KeyPrefix":"a/../b"`), "InvalidS3PrefixException", ""},
		{"a prefix that begins with a slash", "CreateTrail", create("new", `,"S3KeyPrefix":"/a"`), "InvalidS3PrefixException", ""},
		{"a prefix with a control character", "CreateTrail", create("new", `,"S3KeyPrefix":"a\u0000b"`), "InvalidS3PrefixException", ""},
		{"an update to a bad prefix", "UpdateTrail", `{"Name":"main","S3KeyPrefix":"/a"}`, "InvalidS3PrefixException", ""},
		{"all Regions without the global events", "CreateTrail", create("new", `,"IsMultiRegionTrail":true,"IncludeGlobalServiceEvents":false`), "InvalidParameterCombinationException", "Multi-Region trail must include global service events."},
		{"an update to all Regions without the global events", "UpdateTrail", `{"Name":"main","IsMultiRegionTrail":true,"IncludeGlobalServiceEvents":false}`, "InvalidParameterCombinationException", ""},
		{"a bad topic", "CreateTrail", create("new", `,"SnsTopicName":"a b"`), "InvalidSnsTopicNameException", ""},
		{"a topic's ARN of another service", "CreateTrail", create("new", `,"SnsTopicName":"arn:aws:sqs:us-east-1:123456789012:q"`), "InvalidSnsTopicNameException", ""},
		{"a bad key", "CreateTrail", create("new", `,"KmsKeyId":"a key"`), "InvalidKmsKeyIdException", ""},
		{"a key's ARN of another service", "CreateTrail", create("new", `,"KmsKeyId":"arn:aws:iam::123456789012:user/key"`), "InvalidKmsKeyIdException", ""},
		{"a bad log group", "CreateTrail", create("new", `,"CloudWatchLogsLogGroupArn":"group","CloudWatchLogsRoleArn":"arn:aws:iam::123456789012:role/logs"`), "InvalidCloudWatchLogsLogGroupArnException", ""},
		{"a log group without a role", "CreateTrail", create("new", `,"CloudWatchLogsLogGroupArn":"arn:aws:logs:us-east-1:123456789012:log-group:trail:*"`), "InvalidCloudWatchLogsRoleArnException", ""},
		{"a role without a log group", "CreateTrail", create("new", `,"CloudWatchLogsRoleArn":"arn:aws:iam::123456789012:role/logs"`), "InvalidParameterCombinationException", ""},
		{"a trail of an organization", "CreateTrail", create("new", `,"IsOrganizationTrail":true`), "OrganizationsNotInUseException", ""},
		{"an update to one of an organization", "UpdateTrail", `{"Name":"main","IsOrganizationTrail":true}`, "OrganizationsNotInUseException", ""},

		{"an ARN of another service", "GetTrail", `{"Name":"arn:aws:iam:us-east-1:123456789012:trail/main"}`, "CloudTrailARNInvalidException", ""},
		{"an ARN without a Region", "GetTrail", `{"Name":"arn:aws:cloudtrail::123456789012:trail/main"}`, "CloudTrailARNInvalidException", ""},
		{"an ARN without an account", "GetTrail", `{"Name":"arn:aws:cloudtrail:us-east-1::trail/main"}`, "CloudTrailARNInvalidException", ""},
		{"an ARN of another partition", "GetTrail", `{"Name":"arn:aws-cn:cloudtrail:cn-north-1:123456789012:trail/main"}`, "CloudTrailARNInvalidException", ""},
		{"an ARN of no trail", "GetTrail", `{"Name":"arn:aws:cloudtrail:us-east-1:123456789012:user/main"}`, "CloudTrailARNInvalidException", ""},
		{"an ARN with a bad name", "GetTrail", `{"Name":"arn:aws:cloudtrail:us-east-1:123456789012:trail/a/b"}`, "CloudTrailARNInvalidException", ""},
		{"what is no ARN", "GetTrail", `{"Name":"arn:aws"}`, "CloudTrailARNInvalidException", ""},
		{"a bad name in a list", "DescribeTrails", `{"trailNameList":["main","x"]}`, "InvalidTrailNameException", ""},
		{"an ARN that a trail of that name would have in another Region", "GetTrail", `{"Name":"arn:aws:cloudtrail:us-east-1:123456789012:trail/far"}`, "TrailNotFoundException", ""},
		{"a change of a shadow trail, by its ARN", "UpdateTrail", `{"Name":"` + arnOfFar + `"}`, "InvalidHomeRegionException", "eu-west-1"},
		{"a change of a shadow trail, by its name", "DeleteTrail", `{"Name":"far"}`, "InvalidHomeRegionException", "eu-west-1"},
		{"a start of a shadow trail", "StartLogging", `{"Name":"far"}`, "InvalidHomeRegionException", ""},
		{"selectors of a shadow trail", "PutEventSelectors", `{"TrailName":"far","EventSelectors":[{}]}`, "InvalidHomeRegionException", ""},
		{"a trail that is not seen here, by its name", "GetTrail", `{"Name":"there"}`, "TrailNotFoundException", "Unknown trail: there for the user: 123456789012"},
		{"a trail that is not seen here, by its ARN", "GetTrail", `{"Name":"arn:aws:cloudtrail:eu-west-1:123456789012:trail/there"}`, "TrailNotFoundException", "trail/there for the user"},

		{"no selectors", "PutEventSelectors", `{"TrailName":"main"}`, "InvalidEventSelectorsException", "either"},
		{"selectors of both kinds", "PutEventSelectors", put(`"EventSelectors":[{}],"AdvancedEventSelectors":[]`), "InvalidEventSelectorsException", "either"},
		{"an empty list of selectors", "PutEventSelectors", put(`"EventSelectors":[]`), "InvalidEventSelectorsException", "1 to 5"},
		{"six selectors", "PutEventSelectors", put(`"EventSelectors":[{},{},{},{},{},{}]`), "InvalidEventSelectorsException", "1 to 5"},
		{"a bad type", "PutEventSelectors", put(`"EventSelectors":[{"ReadWriteType":"read-only"}]`), "InvalidEventSelectorsException", "read-only"},
		{"a source that cannot be left out", "PutEventSelectors", put(`"EventSelectors":[{"ExcludeManagementEventSources":["sts.amazonaws.com"]}]`), "InvalidEventSelectorsException", "sts.amazonaws.com"},
		{"a source left out twice", "PutEventSelectors", put(`"EventSelectors":[{"ExcludeManagementEventSources":["kms.amazonaws.com","kms.amazonaws.com"]}]`), "InvalidEventSelectorsException", ""},
		{"a source left out of nothing", "PutEventSelectors", put(`"EventSelectors":[{"IncludeManagementEvents":false,"ExcludeManagementEventSources":["kms.amazonaws.com"]}]`), "InvalidEventSelectorsException", ""},
		{"a type of data that there is not", "PutEventSelectors", put(`"EventSelectors":[{"DataResources":[{"Type":"AWS::EC2::Instance","Values":["x"]}]}]`), "InvalidEventSelectorsException", "AWS::EC2::Instance"},
		{"data of no resource", "PutEventSelectors", put(`"EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object"}]}]`), "InvalidEventSelectorsException", ""},
		{"data of an empty resource", "PutEventSelectors", put(`"EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object","Values":[""]}]}]`), "InvalidEventSelectorsException", ""},
		{"too much data", "PutEventSelectors", put(`"EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object","Values":["a"` + strings.Repeat(`,"a"`, 250) + `]}]}]`), "InvalidEventSelectorsException", "250"},
		{"an empty list of advanced selectors", "PutEventSelectors", put(`"AdvancedEventSelectors":[]`), "InvalidEventSelectorsException", "at least one"},
		{"an advanced selector without a category", "PutEventSelectors", advanced(`{"Field":"readOnly","Equals":["true"]}`), "InvalidEventSelectorsException", "eventCategory"},
		{"an advanced selector of no category that there is", "PutEventSelectors", advanced(`{"Field":"eventCategory","Equals":["Insight"]}`), "InvalidEventSelectorsException", "eventCategory"},
		{"an advanced selector of any but a category", "PutEventSelectors", advanced(`{"Field":"eventCategory","Equals":["Management"],"NotEquals":["Data"]}`), "InvalidEventSelectorsException", "eventCategory"},
		{"a field twice", "PutEventSelectors", advanced(management + "," + management), "InvalidEventSelectorsException", "twice"},
		{"a field without a condition", "PutEventSelectors", advanced(management + `,{"Field":"readOnly"}`), "InvalidEventSelectorsException", "no condition"},
		{"a condition that is not heeded", "PutEventSelectors", advanced(management + `,{"Field":"eventName","Equals":["AssumeRole"]}`), "InvalidEventSelectorsException", "eventName"},
		{"read-only and not", "PutEventSelectors", advanced(management + `,{"Field":"readOnly","Equals":["true","false"]}`), "InvalidEventSelectorsException", "readOnly"},
		{"a source that cannot be left out, of an advanced one", "PutEventSelectors", advanced(management + `,{"Field":"eventSource","NotEquals":["sts.amazonaws.com"]}`), "InvalidEventSelectorsException", "eventSource"},
		{"a source that is taken alone", "PutEventSelectors", advanced(management + `,{"Field":"eventSource","NotEquals":["kms.amazonaws.com"],"Equals":["kms.amazonaws.com"]}`), "InvalidEventSelectorsException", "eventSource"},
		{"too many conditions", "PutEventSelectors", advanced(`{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.ARN","Equals":["a"` + strings.Repeat(`,"a"`, 500) + `]}`), "InvalidEventSelectorsException", "500"},
		{"a bad field", "PutEventSelectors", advanced(`{"Field":"a b","Equals":["x"]}`), "ValidationException", "Value 'a b' at 'advancedEventSelectors.1.member.fieldSelectors.1.member.field'"},
		{"insights", "GetInsightSelectors", `{"TrailName":"main"}`, "InsightNotEnabledException", arnOfMain},
		{"insights of nothing", "GetInsightSelectors", `{}`, "InvalidParameterCombinationException", ""},

		{"a tag twice", "AddTags", `{"ResourceId":"` + arnOfMain + `","TagsList":[{"Key":"k"},{"Key":"k"}]}`, "InvalidTagParameterException", "twice"},
		{"a reserved tag", "AddTags", `{"ResourceId":"` + arnOfMain + `","TagsList":[{"Key":"AWS:k"}]}`, "InvalidTagParameterException", "reserved"},
		{"a tag with a control character", "AddTags", `{"ResourceId":"` + arnOfMain + `","TagsList":[{"Key":"k","Value":"a\u0000"}]}`, "InvalidTagParameterException", "control"},
		{"a new trail with a bad tag", "CreateTrail", create("new", `,"TagsList":[{"Key":"aws:k"}]`), "InvalidTagParameterException", "reserved"},
		{"too many tags", "AddTags", `{"ResourceId":"` + arnOfMain + `","TagsList":[` + tags(51) + `]}`, "TagsLimitExceededException", "50"},
		{"tags of a name", "AddTags", `{"ResourceId":"main","TagsList":[]}`, "CloudTrailARNInvalidException", ""},
		{"tags of what is not there", "AddTags", `{"ResourceId":"` + arnOfMain + `2","TagsList":[]}`, "ResourceNotFoundException", arnOfMain + "2"},
		{"removal of tags of what is not there", "RemoveTags", `{"ResourceId":"` + arnOfMain + `2","TagsList":[]}`, "ResourceNotFoundException", ""},
		{"tags of a data store", "AddTags", `{"ResourceId":"` + store + `","TagsList":[]}`, "ResourceTypeNotSupportedException", "eventdatastore"},
		{"a list of the tags of what is not there", "ListTags", `{"ResourceIdList":["` + arnOfMain + `2"]}`, "ResourceNotFoundException", ""},
		{"a list of the tags of what is not seen here", "ListTags", `{"ResourceIdList":["arn:aws:cloudtrail:eu-west-1:123456789012:trail/there"]}`, "ResourceNotFoundException", ""},
		{"a list of the tags of a name", "ListTags", `{"ResourceIdList":["main"]}`, "CloudTrailARNInvalidException", ""},
		{"a list of the tags of nothing", "ListTags", `{"ResourceIdList":[]}`, "InvalidParameterException", ""},
		{"a list of the tags of too much", "ListTags", `{"ResourceIdList":["x"` + strings.Repeat(`,"x"`, 20) + `]}`, "InvalidParameterException", "20"},
		{"a token for a list of tags", "ListTags", `{"ResourceIdList":["` + arnOfMain + `"],"NextToken":"x"}`, "InvalidTokenException", ""},
		{"a token for a list of trails", "ListTrails", `{"NextToken":"x"}`, "InvalidTokenException", ""},
		{"a token for a list of keys", "ListPublicKeys", `{"NextToken":"x"}`, "InvalidTokenException", ""},

		{"two attributes", "LookupEvents", `{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"a"},{"AttributeKey":"EventId","AttributeValue":"b"}]}`, "InvalidLookupAttributesException", "one"},
		{"an attribute that there is not", "LookupEvents", `{"LookupAttributes":[{"AttributeKey":"eventName","AttributeValue":"a"}]}`, "InvalidLookupAttributesException", "eventName"},
		{"neither true nor false", "LookupEvents", `{"LookupAttributes":[{"AttributeKey":"ReadOnly","AttributeValue":"yes"}]}`, "InvalidLookupAttributesException", "ReadOnly"},
		{"an attribute without a value", "LookupEvents", `{"LookupAttributes":[{"AttributeKey":"EventName"}]}`, "ValidationException", "'lookupAttributes.1.member.attributeValue'"},
		{"too many events", "LookupEvents", `{"MaxResults":51}`, "InvalidMaxResultsException", "50"},
		{"no events", "LookupEvents", `{"MaxResults":0}`, "InvalidMaxResultsException", ""},
		{"a time upside down", "LookupEvents", `{"StartTime":1769860801,"EndTime":1769860800}`, "InvalidTimeRangeException", ""},
		{"a category that there is not", "LookupEvents", `{"EventCategory":"data"}`, "InvalidEventCategoryException", "data"},
		{"a token of nobody", "LookupEvents", `{"NextToken":"x"}`, "InvalidNextTokenException", ""},
		{"a token without end", "LookupEvents", `{"EventCategory":"insight","NextToken":"` + strings.Repeat("x", 4097) + `"}`, "InvalidNextTokenException", ""},
		{"keys of a time upside down", "ListPublicKeys", `{"StartTime":1769860801,"EndTime":1769860800}`, "InvalidTimeRangeException", ""},
		{"keys of a time that begins in the future", "ListPublicKeys", `{"StartTime":1769860801}`, "InvalidTimeRangeException", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if a := s.call(tt.action, tt.body); !a.says(tt.code, tt.words) {
				t.Errorf("got %d %s\nwant %s: …%s…", a.status, a.text, tt.code, tt.words)
			}
		})
	}
}

func TestABucketThatCannotBeTriedIsToBeTriedAgain(t *testing.T) {
	s := newStage(t, trailsvc.Config{CheckBucket: func(context.Context, string, string, string, string) error {
		return errors.New("dial tcp 10.1.2.3:9000: connection refused")
	}})
	a := s.call("CreateTrail", create("main", ""))
	if a.status != http.StatusServiceUnavailable || a.code() != "ServiceUnavailableException" || strings.Contains(a.text, "10.1.2.3") {
		t.Errorf("got %d %s", a.status, a.text)
	}
	if a := s.must("ListTrails", ""); a.text != `{"Trails":[]}` {
		t.Errorf("there is a trail: %s", a.text)
	}
}

func TestAFailureOfTheHistoryIsNotTold(t *testing.T) {
	s := newStage(t, trailsvc.Config{Events: func(context.Context, history.Query) (history.Page, error) {
		return history.Page{}, errors.New("disk /var/lib/daypass is on fire")
	}})
	a := s.call("LookupEvents", "")
	if a.status != http.StatusInternalServerError || a.code() != "InternalFailure" || strings.Contains(a.text, "/var") {
		t.Errorf("got %d %s", a.status, a.text)
	}
}

func TestTrailsAreFew(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	for i := range 4 {
		s.must("CreateTrail", create(fmt.Sprint("trail", i), ""))
	}
	if a := s.callAs(s.root, "eu-west-1", "CreateTrail", create("far", "")); a.status != http.StatusOK {
		t.Fatal(a.text)
	}
	s.must("CreateTrail", create("trail4", ""))
	if a := s.call("CreateTrail", create("trail5", "")); !a.says("MaximumNumberOfTrailsExceededException", "User: 123456789012 already has 5 trails in us-east-1.") {
		t.Errorf("a sixth trail: %s", a.text)
	}
	// A trail of all Regions counts in each.
	for _, tt := range []struct{ action, body string }{
		{"CreateTrail", create("everywhere", `,"IsMultiRegionTrail":true`)},
		{"UpdateTrail", `{"Name":"far","IsMultiRegionTrail":true}`},
	} {
		if a := s.callAs(s.root, "eu-west-1", tt.action, tt.body); !a.says("MaximumNumberOfTrailsExceededException", "in us-east-1.") {
			t.Errorf("%s: a sixth trail for us-east-1: %s", tt.action, a.text)
		}
	}
	s.must("DeleteTrail", `{"Name":"trail0"}`)
	if a := s.callAs(s.root, "eu-west-1", "UpdateTrail", `{"Name":"far","IsMultiRegionTrail":true}`); a.status != http.StatusOK {
		t.Errorf("a fifth trail: %s", a.text)
	}
	if a := s.call("UpdateTrail", `{"Name":"trail1","IsMultiRegionTrail":true}`); a.status != http.StatusOK {
		t.Errorf("one of five for all Regions: %s", a.text)
	}
}

func TestATrailForAllRegionsHasTheNameAlone(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	s.must("CreateTrail", create("main", ""))
	if a := s.callAs(s.root, "eu-west-1", "CreateTrail", create("main", "")); a.status != http.StatusOK {
		t.Fatal(a.text)
	}
	if a := s.call("UpdateTrail", `{"Name":"main","IsMultiRegionTrail":true}`); !a.says("ConflictException", "main") {
		t.Errorf("two trails of one name would be seen: %s", a.text)
	}
}
