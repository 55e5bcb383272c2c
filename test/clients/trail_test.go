package clients

import (
	"os"
	"path/filepath"
	"testing"
)

// TestAWSCLITrail has the AWS CLI make a trail, and what comes with one.
func TestAWSCLITrail(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := newAWSCLI(t, s)
	c.ok("cloudtrail create-trail --name main --s3-bucket-name logs --is-multi-region-trail --enable-log-file-validation --tags-list Key=team,Value=red", `
{
    "Name": "main",
    "S3BucketName": "logs",
    "IncludeGlobalServiceEvents": true,
    "IsMultiRegionTrail": true,
    "TrailARN": "arn:aws:cloudtrail:us-east-1:123456789012:trail/main",
    "LogFileValidationEnabled": true,
    "IsOrganizationTrail": false
}
`)
	c.ok("cloudtrail start-logging --name main", "")
	if status := c.ok("cloudtrail get-trail-status --name main", "-"); status["IsLogging"] != true || status["StartLoggingTime"] == nil {
		t.Errorf("its status is %v", status)
	}
	c.ok("cloudtrail describe-trails --trail-name-list main --query trailList[0].HomeRegion", "\"us-east-1\"\n")
	c.ok("cloudtrail describe-trails --region eu-west-1 --no-include-shadow-trails", "{\n    \"trailList\": []\n}\n")
	c.ok("cloudtrail list-trails --region eu-west-1 --query Trails[].Name --output text", "main\n")
	c.ok("cloudtrail put-event-selectors --trail-name main --event-selectors [{\"ReadWriteType\":\"WriteOnly\"}]", `
{
    "TrailARN": "arn:aws:cloudtrail:us-east-1:123456789012:trail/main",
    "EventSelectors": [
        {
            "ReadWriteType": "WriteOnly",
            "IncludeManagementEvents": true,
            "DataResources": [],
            "ExcludeManagementEventSources": []
        }
    ]
}
`)
	c.ok("cloudtrail list-tags --resource-id-list arn:aws:cloudtrail:us-east-1:123456789012:trail/main --query ResourceTagList[0].TagsList[0].Value", "\"red\"\n")
	c.ok("cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=NoSuchThing --start-time 2026-01-01", "{\n    \"Events\": []\n}\n")
	c.ok("cloudtrail list-public-keys", "-")
	c.refused("cloudtrail get-trail --name other",
		"An error occurred (TrailNotFoundException) when calling the GetTrail operation: Unknown trail: other for the user: 123456789012")
	c.refused("cloudtrail delete-trail --name main --region eu-west-1",
		"An error occurred (InvalidHomeRegionException) when calling the DeleteTrail operation: The trail main can only be changed in its home Region, us-east-1.")
	c.ok("cloudtrail delete-trail --name main", "")
	c.ok("cloudtrail list-trails", "{\n    \"Trails\": []\n}\n")
}

// TestTerraformTrail takes trails through their life: applied, unchanged,
// changed, unchanged, destroyed.
func TestTerraformTrail(t *testing.T) {
	if testing.Short() {
		t.Skip("Terraform is slow")
	}
	t.Parallel()
	s := start(t)
	tf := newTerraform(t, s)
	tf.env = append(tf.env, asRoot()...)
	config, err := os.ReadFile("testdata/terraform-trail/main.tf")
	if err == nil {
		err = os.WriteFile(filepath.Join(tf.dir, "main.tf"), config, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := newAWSCLI(t, s)
	logging := func(want bool) {
		t.Helper()
		if got := c.ok("cloudtrail get-trail-status --name main", "-")["IsLogging"]; got != want {
			t.Errorf("IsLogging is %v, want %v", got, want)
		}
	}
	tf.vars(map[string]any{"logging": true, "bucket": "logs", "team": "red"})
	tf.run(0, "apply", "-auto-approve")
	tf.run(0, "plan", "-detailed-exitcode")
	if got := tf.outputs(); got["arn"] != "arn:aws:cloudtrail:us-east-1:123456789012:trail/main" || got["home"] != "us-east-1" {
		t.Errorf("outputs are %v", got)
	}
	logging(true)
	tf.vars(map[string]any{"logging": false, "bucket": "other", "team": "blue"})
	tf.run(0, "apply", "-auto-approve")
	tf.run(0, "plan", "-detailed-exitcode")
	logging(false)
	tf.run(0, "destroy", "-auto-approve")
	c.ok("cloudtrail list-trails", "{\n    \"Trails\": []\n}\n")
}
