package trailapi

import "time"

// Trail is a trail as answers show it.
type Trail struct {
	Name                       string
	S3BucketName               string
	S3KeyPrefix                string
	SnsTopicName               string
	SnsTopicARN                string
	IncludeGlobalServiceEvents bool
	IsMultiRegionTrail         bool
	HomeRegion                 string
	TrailARN                   string
	LogFileValidationEnabled   bool
	CloudWatchLogsLogGroupArn  string
	CloudWatchLogsRoleArn      string
	KmsKeyId                   string
	HasCustomEventSelectors    bool
	HasInsightSelectors        bool
	IsOrganizationTrail        bool
}

// CreateTrailInput makes a trail, which does not log yet.
type CreateTrailInput struct {
	Name                       string `q:"required"`
	S3BucketName               string `q:"required"`
	S3KeyPrefix                string
	SnsTopicName               string
	IncludeGlobalServiceEvents *bool
	IsMultiRegionTrail         *bool
	EnableLogFileValidation    *bool
	CloudWatchLogsLogGroupArn  string
	CloudWatchLogsRoleArn      string
	KmsKeyId                   string
	IsOrganizationTrail        *bool
	TagsList                   []Tag `q:"items=..200"`
}

// CreateTrailOutput is the new trail. That of UpdateTrail is the same.
type CreateTrailOutput struct {
	Name                       string
	S3BucketName               string
	S3KeyPrefix                string
	SnsTopicName               string
	SnsTopicARN                string
	IncludeGlobalServiceEvents bool
	IsMultiRegionTrail         bool
	TrailARN                   string
	LogFileValidationEnabled   bool
	CloudWatchLogsLogGroupArn  string
	CloudWatchLogsRoleArn      string
	KmsKeyId                   string
	IsOrganizationTrail        bool
}

// UpdateTrailInput changes what it names; an empty text takes away.
type UpdateTrailInput struct {
	Name                       string `q:"required"`
	S3BucketName               *string
	S3KeyPrefix                *string
	SnsTopicName               *string
	IncludeGlobalServiceEvents *bool
	IsMultiRegionTrail         *bool
	EnableLogFileValidation    *bool
	CloudWatchLogsLogGroupArn  *string
	CloudWatchLogsRoleArn      *string
	KmsKeyId                   *string
	IsOrganizationTrail        *bool
}

// DeleteTrailInput removes a trail; what it delivered stays.
type DeleteTrailInput struct {
	Name string `q:"required"`
}

// DeleteTrailOutput is empty.
type DeleteTrailOutput struct{}

// GetTrailInput asks for a trail.
type GetTrailInput struct {
	Name string `q:"required"`
}

// GetTrailOutput is a trail.
type GetTrailOutput struct{ Trail Trail }

// DescribeTrailsInput asks for the trails of a Region: those of the names, or
// all. Shadow trails are those of other Regions that log this one too.
type DescribeTrailsInput struct {
	TrailNameList       []string `q:"name=trailNameList"`
	IncludeShadowTrails *bool    `q:"name=includeShadowTrails"`
}

// DescribeTrailsOutput is a list of trails.
type DescribeTrailsOutput struct {
	TrailList []Trail `q:"name=trailList"`
}

// ListTrailsInput asks for all trails of the account.
type ListTrailsInput struct{ NextToken string }

// ListTrailsOutput is a list of trails.
type ListTrailsOutput struct {
	Trails    []TrailInfo
	NextToken string
}

// TrailInfo says which trail there is.
type TrailInfo struct{ TrailARN, Name, HomeRegion string }

// StartLoggingInput has a trail log.
type StartLoggingInput struct {
	Name string `q:"required"`
}

// StartLoggingOutput is empty.
type StartLoggingOutput struct{}

// StopLoggingInput has a trail log no more.
type StopLoggingInput struct {
	Name string `q:"required"`
}

// StopLoggingOutput is empty.
type StopLoggingOutput struct{}

// GetTrailStatusInput asks how a trail fares.
type GetTrailStatusInput struct {
	Name string `q:"required"`
}

// GetTrailStatusOutput says how a trail fares. Its last members are texts of an
// older version, which are there even when there is nothing to tell.
type GetTrailStatusOutput struct {
	IsLogging                         bool
	LatestDeliveryError               string
	LatestNotificationError           string
	LatestDeliveryTime                time.Time
	LatestNotificationTime            time.Time
	StartLoggingTime                  time.Time
	StopLoggingTime                   time.Time
	LatestCloudWatchLogsDeliveryError string
	LatestCloudWatchLogsDeliveryTime  time.Time
	LatestDigestDeliveryTime          time.Time
	LatestDigestDeliveryError         string

	LatestDeliveryAttemptTime          string `q:"keep"`
	LatestNotificationAttemptTime      string `q:"keep"`
	LatestNotificationAttemptSucceeded string `q:"keep"`
	LatestDeliveryAttemptSucceeded     string `q:"keep"`
	TimeLoggingStarted                 string `q:"keep"`
	TimeLoggingStopped                 string `q:"keep"`
}
