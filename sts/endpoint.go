package sts

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// EndpointParams are what the endpoint of a client follows from. The zero value
// has none: there is no default Region.
type EndpointParams struct {
	Region    string // "eu-west-1"; "aws-global" is the global endpoint
	Endpoint  string // a URL, of a service of one's own; the Region is then what requests are signed for
	Global    bool   // send calls for the oldest Regions to sts.amazonaws.com ("legacy" mode)
	FIPS      bool
	DualStack bool
}

// Endpoint is where calls go.
type Endpoint struct {
	URL           string // without a slash at its end, unless the configured one had it
	SigningRegion string // the Region that requests are signed for; empty when none is known
}

// partition is a separate cloud with host names of its own. All have FIPS and
// dual-stack endpoints.
type partition struct {
	name      string
	suffix    string // DNS suffix of its endpoints
	dualStack string // that of its dual-stack endpoints
	prefix    string // what the names of its Regions begin with
	global    string // its pseudo-Region
}

// partitions are those of the public endpoint rules. The first is also that of
// names that belong to no other.
var partitions = []partition{
	{"aws", "amazonaws.com", "api.aws", "", "aws-global"},
	{"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-", "aws-cn-global"},
	{"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-", ""},
	{"aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-", "aws-iso-global"},
	{"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-", "aws-iso-b-global"},
	{"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-", "aws-iso-e-global"},
	{"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-", "aws-iso-f-global"},
	{"aws-us-gov", "amazonaws.com", "api.aws", "us-gov-", "aws-us-gov-global"},
}

// partitionOf finds the partition of a Region by its name: the prefix, a word,
// a number.
func partitionOf(region string) partition {
	for _, p := range partitions[1:] {
		if region == p.global && region != "" {
			return p
		}
		if rest, ok := strings.CutPrefix(region, p.prefix); ok {
			word, number, ok := strings.Cut(rest, "-")
			if ok && isWord(word) && number != "" && strings.Trim(number, "0123456789") == "" {
				return p
			}
		}
	}
	return partitions[0]
}

// isWord reports whether s is what \w+ matches.
func isWord(s string) bool {
	for _, c := range s {
		if c != '_' && !('0' <= c && c <= '9') && !('a' <= c && c <= 'z') && !('A' <= c && c <= 'Z') {
			return false
		}
	}
	return s != ""
}

// legacyRegions are those whose calls go to the global endpoint in legacy mode.
var legacyRegions = map[string]bool{
	"ap-northeast-1": true, "ap-south-1": true, "ap-southeast-1": true, "ap-southeast-2": true, "aws-global": true, "ca-central-1": true,
	"eu-central-1": true, "eu-north-1": true, "eu-west-1": true, "eu-west-2": true, "eu-west-3": true, "sa-east-1": true,
	"us-east-1": true, "us-east-2": true, "us-west-1": true, "us-west-2": true,
}

var globalEndpoint = Endpoint{URL: "https://sts.amazonaws.com", SigningRegion: "us-east-1"}

// ResolveEndpoint applies the public endpoint rules of the service. It is a
// function of its argument alone.
func ResolveEndpoint(p EndpointParams) (Endpoint, error) {
	signing := p.Region
	if signing == partitions[0].global {
		signing = globalEndpoint.SigningRegion
	}
	switch {
	case p.Endpoint != "" && p.FIPS:
		return Endpoint{}, errors.New("a configured endpoint cannot be combined with FIPS")
	case p.Endpoint != "" && p.DualStack:
		return Endpoint{}, errors.New("a configured endpoint cannot be combined with dual-stack")
	case p.Endpoint != "":
		return Endpoint{p.Endpoint, signing}, checkEndpoint(p.Endpoint)
	case p.Region == "":
		return Endpoint{}, errors.New("no Region is configured")
	case !isHostLabel(p.Region):
		return Endpoint{}, fmt.Errorf("%q is no Region", p.Region)
	}
	part := partitionOf(p.Region)
	name, suffix := "sts", part.suffix
	switch {
	case p.FIPS && p.DualStack:
		name, suffix = "sts-fips", part.dualStack
	case p.FIPS && part.name == "aws-us-gov": // whose usual hosts are FIPS ones
	case p.FIPS:
		name = "sts-fips"
	case p.DualStack:
		suffix = part.dualStack
	case p.Region == partitions[0].global || p.Global && legacyRegions[p.Region]:
		return globalEndpoint, nil
	}
	return Endpoint{"https://" + name + "." + p.Region + "." + suffix, signing}, nil
}

// isHostLabel keeps a Region from being more than a part of a host name.
func isHostLabel(s string) bool {
	if len(s) > 63 || strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-") {
		return false
	}
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}

// checkEndpoint refuses what requests cannot be sent to as they are signed.
func checkEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil:
		return errors.New("the endpoint is not a URL") // whose text may hold a password
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return errors.New("the endpoint is not an http or https URL")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("the endpoint has user, query or fragment")
	}
	return nil
}
