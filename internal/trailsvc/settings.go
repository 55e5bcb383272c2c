package trailsvc

import (
	"errors"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/bucket"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
)

// checkSettings refuses what a trail cannot be.
func checkSettings(t iam.Trail) error {
	switch {
	case !isBucketName(t.Bucket):
		return refusal("InvalidS3BucketNameException", "The S3 bucket name is not valid: %s", clip(t.Bucket))
	case !isPrefix(t.Prefix):
		return refusal("InvalidS3PrefixException", "The S3 key prefix is not valid: %s", clip(t.Prefix))
	case t.AllRegions && !t.GlobalEvents:
		return refusal("InvalidParameterCombinationException", "Multi-Region trail must include global service events.")
	case !isTopic(t.Topic):
		return refusal("InvalidSnsTopicNameException", "The SNS topic name is not valid: %s", clip(t.Topic))
	case !isKey(t.Key):
		return refusal("InvalidKmsKeyIdException", "The KMS key id is not valid: %s", clip(t.Key))
	case t.LogGroup == "" && t.LogRole != "":
		return refusal("InvalidParameterCombinationException", "You must specify a CloudWatch Logs log group with the role.")
	case t.LogGroup != "" && !isARN(t.LogGroup, "logs", "log-group:"):
		return refusal("InvalidCloudWatchLogsLogGroupArnException", "The CloudWatch Logs log group ARN is not valid: %s", clip(t.LogGroup))
	case t.LogGroup != "" && !isARN(t.LogRole, "iam", "role/"):
		return refusal("InvalidCloudWatchLogsRoleArnException", "The CloudWatch Logs role ARN is not valid: %s", clip(t.LogRole))
	}
	return nil
}

// isBucketName reports whether s has the form of a bucket's name.
func isBucketName(s string) bool {
	if len(s) < 3 || len(s) > 63 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return false
		}
	}
	_, err := netip.ParseAddr(s)
	return err != nil && !isSign(s[0]) && !isSign(s[len(s)-1]) && !strings.Contains(s, "..")
}

// isPrefix reports whether s can begin the keys of a trail's files. A path that
// climbs is a key like any other to a bucket, but not to all of its clients.
func isPrefix(s string) bool {
	for part := range strings.SplitSeq(s, "/") {
		if part == "." || part == ".." {
			return false
		}
	}
	return utf8.RuneCountInString(s) <= 200 && isPlain(s) && !strings.HasPrefix(s, "/")
}

// isPlain reports whether s has no control characters.
func isPlain(s string) bool { return !strings.ContainsFunc(s, unicode.IsControl) }

// isTopic reports whether s is empty, or has the form of the name or the ARN of
// a topic.
func isTopic(s string) bool {
	if strings.HasPrefix(s, "arn:") {
		return isARN(s, "sns", "") && len(s) <= 256
	}
	return len(s) <= 256 && strings.Trim(strings.TrimSuffix(s, ".fifo"), letters+"_-") == ""
}

// topicARN returns the ARN of the trail's topic, "" without.
func topicARN(c *pipeline.Call, t iam.Trail) string {
	if t.Topic == "" || strings.HasPrefix(t.Topic, "arn:") {
		return t.Topic
	}
	return arn.ARN{Partition: c.Partition, Service: "sns", Region: t.Region, Account: t.Account, Resource: t.Topic}.String()
}

// isKey reports whether s is empty, or has one of the forms that a key is
// addressed by: its id, an alias, or the ARN of either.
func isKey(s string) bool {
	if strings.HasPrefix(s, "arn:") {
		return isARN(s, "kms", "key/") || isARN(s, "kms", "alias/")
	}
	s = strings.TrimPrefix(s, "alias/")
	return len(s) <= 256 && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(letters+"/_-", r) })
}

// isARN reports whether s is an ARN of a service, of a resource that begins so.
func isARN(s, service, resource string) bool {
	a, err := arn.Parse(s)
	return err == nil && len(s) <= 1024 && isPlain(s) && a.Service == service && strings.HasPrefix(a.Resource, resource) && a.Resource != resource
}

// keyARN returns what is kept of a key's address: its ARN.
func keyARN(c *pipeline.Call, key string) string {
	if key == "" || strings.HasPrefix(key, "arn:") {
		return key
	}
	if !strings.HasPrefix(key, "alias/") {
		key = "key/" + key
	}
	return arn.ARN{Partition: c.Partition, Service: "kms", Region: c.Region, Account: c.Account, Resource: key}.String()
}

// tryBucket refuses a bucket that cannot take a trail's records, or cannot
// encrypt them under the trail's key.
func (s *service) tryBucket(c *pipeline.Call, name, prefix, key string) error {
	if s.CheckBucket == nil {
		return nil
	}
	key = keyARN(c, key)
	err := s.CheckBucket(c.Ctx, name, prefix, c.Account, key)
	switch {
	case errors.Is(err, bucket.ErrKey):
		return uselessKey(name, key, err)
	case errors.Is(err, bucket.ErrNoSuchBucket):
		return &awserr.Error{Code: "S3BucketDoesNotExistException", Message: "S3 bucket " + name + " does not exist!", Err: err}
	case errors.Is(err, bucket.ErrDenied):
		return &awserr.Error{Code: "InsufficientS3BucketPolicyException", Message: "Incorrect S3 bucket policy is detected for bucket: " + name, Err: err}
	case err != nil:
		return awserr.Unavailable(err)
	}
	return nil
}

// uselessKey refuses a key under which the store encrypts nothing, by what the
// store says.
func uselessKey(name, key string, err error) error {
	refused := &awserr.Error{Code: "KmsException", Message: "The S3 bucket " + name + " does not encrypt under the KMS key " + key + ".", Err: err}
	switch code := bucket.Code(err); {
	case strings.HasSuffix(code, "NotFoundException"):
		refused.Code, refused.Message = "KmsKeyNotFoundException", "The KMS key "+key+" does not exist."
	case strings.HasSuffix(code, "DisabledException"):
		refused.Code, refused.Message = "KmsKeyDisabledException", "The KMS key "+key+" is disabled."
	case errors.Is(err, bucket.ErrDenied):
		refused.Code, refused.Message = "InsufficientEncryptionPolicyException", "Insufficient permissions to access S3 bucket "+name+" or KMS key "+key+"."
	}
	return refused
}

// noOrganization refuses trails of organizations, of which there are none.
func noOrganization(wanted *bool) error {
	if wanted != nil && *wanted {
		return refusal("OrganizationsNotInUseException", "The account is not a member of an organization.")
	}
	return nil
}

// set changes what is given.
func set[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}
