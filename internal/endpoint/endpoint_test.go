package endpoint

import "testing"

func TestRegionOfHost(t *testing.T) {
	for _, tt := range []struct{ host, home, want string }{
		{"sts.eu-west-1.amazonaws.com", "us-east-1", "eu-west-1"},
		{"STS.EU-WEST-1.AMAZONAWS.COM.", "us-east-1", "eu-west-1"},
		{"sts.eu-west-1.amazonaws.com:443", "us-east-1", "eu-west-1"},
		{"sts-fips.us-east-2.api.aws", "us-east-1", "us-east-2"},
		{"sts.amazonaws.com", "eu-west-1", "us-east-1"},
		{"iam.amazonaws.com", "eu-west-1", "us-east-1"},
		{"sts.cn-north-1.amazonaws.com.cn", "cn-northwest-1", "cn-north-1"},
		{"sts.cn-north-1.amazonaws.com.cn", "us-east-1", "us-east-1"}, // another partition's host means nothing here
		{"127.0.0.1:7870", "eu-west-1", "eu-west-1"},
		{"[::1]:7870", "eu-west-1", "eu-west-1"},
		{"sts.internal.example.com", "eu-west-1", "eu-west-1"},
		{"sts.x.amazonaws.com", "eu-west-1", "eu-west-1"},
		{"s3.us-west-2.amazonaws.com", "eu-west-1", "eu-west-1"},
		{"", "eu-west-1", "eu-west-1"},
	} {
		if got := Region(tt.host, tt.home); got != tt.want {
			t.Errorf("Region(%q, %q) = %q, want %q", tt.host, tt.home, got, tt.want)
		}
	}
}

func TestIsGlobalSTS(t *testing.T) {
	for host, want := range map[string]bool{
		"sts.amazonaws.com": true, "STS.amazonaws.com.:443": true,
		"sts.us-east-1.amazonaws.com": false, "iam.amazonaws.com": false, "127.0.0.1:7870": false, "": false,
	} {
		if got := IsGlobalSTS(host); got != want {
			t.Errorf("IsGlobalSTS(%q) = %v, want %v", host, got, want)
		}
	}
}

func TestPartitionOfRegion(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "us-iso-east-1": "aws-iso",
		"us-isob-east-1": "aws-iso-b", "us-isof-east-1": "aws-iso-f", "eu-isoe-west-1": "aws-iso-e", "eusc-de-east-1": "aws-eusc",
	} {
		if got := PartitionOf(region).Name; got != want {
			t.Errorf("PartitionOf(%q) = %q, want %q", region, got, want)
		}
	}
}

func TestIsRegion(t *testing.T) {
	for s, want := range map[string]bool{
		"us-east-1": true, "us-gov-west-1": true, "ap-southeast-7": true, "us-isob-east-1": true,
		"": false, "us-east": false, "useast1": false, "us-east-1a": false, "US-EAST-1": false, "us--1": false, "a-b-c": false,
	} {
		if got := IsRegion(s); got != want {
			t.Errorf("IsRegion(%q) = %v, want %v", s, got, want)
		}
	}
}
