package iamsvc

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/arn"
)

// handlingOptions are the scenarios of ResourceHandlingOption, each with the
// types of EC2 resources that it takes.
var handlingOptions = map[string][]string{
	"EC2-VPC-InstanceStore":        {"instance", "image", "security-group", "network-interface"},
	"EC2-VPC-InstanceStore-Subnet": {"instance", "image", "security-group", "network-interface", "subnet"},
	"EC2-VPC-EBS":                  {"instance", "image", "security-group", "network-interface", "volume"},
	"EC2-VPC-EBS-Subnet":           {"instance", "image", "security-group", "network-interface", "subnet", "volume"},
}

// checkHandling refuses an unknown scenario, and one whose resources are not
// all given.
func checkHandling(in *simulationInput) error {
	if in.ResourceHandlingOption == "" {
		return nil
	}
	needs, ok := handlingOptions[in.ResourceHandlingOption]
	if !ok {
		return invalidInput("Invalid resource handling option %s.", in.ResourceHandlingOption)
	}
	var has []string
	for _, text := range in.ResourceArns {
		if a, err := arn.Parse(text); err == nil {
			has = append(has, a.ResourceType())
		}
	}
	var missing []string
	for _, typ := range needs {
		if !slices.Contains(has, typ) {
			missing = append(missing, typ)
		}
	}
	if len(missing) > 0 {
		return invalidInput("Resource handling option %s needs resources of these types: %s.", in.ResourceHandlingOption, strings.Join(missing, ", "))
	}
	return nil
}
