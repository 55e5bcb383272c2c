// Package endpoint knows the partitions of the cloud, their Regions and the
// host names of STS, IAM and CloudTrail in each: which Region a request's host
// stands for.
//
//	sts.eu-west-1.amazonaws.com        eu-west-1
//	sts-fips.us-east-1.api.aws         us-east-1
//	sts.amazonaws.com                  us-east-1, the global endpoint
//	iam.amazonaws.com                  us-east-1
//	cloudtrail.eu-west-1.amazonaws.com eu-west-1
//	daypass.example.com, 127.0.0.1     the installation's own Region
//
// The table is that of the service's public endpoint rules (partitions file).
package endpoint

import (
	"net"
	"strings"
)

// Partition is a separate cloud with Regions, credentials and host names of
// its own.
type Partition struct {
	Name      string // the second part of its ARNs
	Suffix    string // DNS suffix of its endpoints
	DualStack string // DNS suffix of its dual-stack endpoints
	Global    string // the Region in which its global services (IAM) are signed
	prefix    string // what the names of its Regions begin with; "" for aws
}

// Partitions lists every partition; aws, the first, is also that of Regions
// that no other claims.
var partitions = []Partition{
	{Name: "aws", Suffix: "amazonaws.com", DualStack: "api.aws", Global: "us-east-1"},
	{Name: "aws-cn", Suffix: "amazonaws.com.cn", DualStack: "api.amazonwebservices.com.cn", Global: "cn-north-1", prefix: "cn-"},
	{Name: "aws-us-gov", Suffix: "amazonaws.com", DualStack: "api.aws", Global: "us-gov-west-1", prefix: "us-gov-"},
	{Name: "aws-eusc", Suffix: "amazonaws.eu", DualStack: "api.amazonwebservices.eu", Global: "eusc-de-east-1", prefix: "eusc-"},
	{Name: "aws-iso", Suffix: "c2s.ic.gov", DualStack: "api.aws.ic.gov", Global: "us-iso-east-1", prefix: "us-iso-"},
	{Name: "aws-iso-b", Suffix: "sc2s.sgov.gov", DualStack: "api.aws.scloud", Global: "us-isob-east-1", prefix: "us-isob-"},
	{Name: "aws-iso-e", Suffix: "cloud.adc-e.uk", DualStack: "api.cloud-aws.adc-e.uk", Global: "eu-isoe-west-1", prefix: "eu-isoe-"},
	{Name: "aws-iso-f", Suffix: "csp.hci.ic.gov", DualStack: "api.aws.hci.ic.gov", Global: "us-isof-south-1", prefix: "us-isof-"},
}

// PartitionOf returns the partition of a Region, by the form of its name.
func PartitionOf(region string) Partition {
	for _, p := range partitions[1:] {
		if strings.HasPrefix(region, p.prefix) {
			return p
		}
	}
	return partitions[0]
}

// IsRegion reports whether s has the form of a Region's name, such as
// us-east-1: at least three parts of lower-case letters and digits, the last a
// number.
func IsRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(s) > 32 {
		return false
	}
	for i, p := range parts {
		last := i == len(parts)-1
		if p == "" || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz0123456789") != "" ||
			last && strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return true
}

// IsGlobalSTS reports whether host is the global endpoint of STS, which only
// partition aws has.
func IsGlobalSTS(host string) bool {
	host, _, _ = strings.Cut(host, ":")
	return strings.EqualFold(strings.TrimSuffix(host, "."), "sts.amazonaws.com")
}

// Region returns the Region that host stands for: that of a public endpoint of
// home's partition, otherwise home. The host may have a port.
func Region(host, home string) string {
	if region, ok := Named(host, home); ok {
		return region
	}
	return home
}

// Named returns the Region that host names, and reports whether it names one
// of home's partition.
func Named(host, home string) (region string, ok bool) {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	name, rest, ok := strings.Cut(host, ".")
	regional := name == "cloudtrail" || name == "cloudtrail-fips"
	if !ok || name != "sts" && name != "sts-fips" && name != "iam" && !regional {
		return "", false
	}
	p := PartitionOf(home)
	if !regional && (rest == p.Suffix || rest == p.DualStack) {
		return p.Global, true
	}
	for _, suffix := range []string{"." + p.Suffix, "." + p.DualStack} {
		if region, ok := strings.CutSuffix(rest, suffix); ok && IsRegion(region) && PartitionOf(region).Name == p.Name {
			return region, true
		}
	}
	return "", false
}
