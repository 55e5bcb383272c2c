package policy

import (
	"slices"
	"strings"
)

// Resource elements are looked at twice, as the service does it: a new check
// with sentences of its own (row 7) and a legacy one with a single sentence
// (row 3), which comes first but leaves statements alone once the new check has
// found something.

// legacyResources is the resource part of row 3.
func legacyResources(d *document) *problem {
	legacy, _ := resourceProblems(d)
	return legacy
}

// resourceFormats is row 7.
func resourceFormats(d *document) *problem {
	_, format := resourceProblems(d)
	return format
}

// resourceProblems goes through the Resource elements of all statements and
// then the NotResource elements. The legacy problem is the first; of the format
// problems the last counts, and within a list that of the least text: an
// oddity of the service, kept.
func resourceProblems(d *document) (legacy, format *problem) {
	for _, not := range []bool{false, true} {
		for i := range d.statements {
			r := &d.statements[i].resource
			if r.not != not {
				continue
			}
			if message := leastResourceProblem(r.values); message != "" {
				format = &problem{at: r.at, message: message}
			}
			if format == nil && slices.ContainsFunc(r.values, failsLegacy) {
				return &problem{at: r.at, message: msgLegacy, detail: "not an ARN"}, nil
			}
		}
	}
	return nil, format
}

func leastResourceProblem(values []string) string {
	message, least := "", ""
	for _, v := range values {
		if m := resourceProblem(v); m != "" && (message == "" || v < least) {
			message, least = m, v
		}
	}
	return message
}

// failsLegacy: "::" with fewer than five colons, or no service.
func failsLegacy(resource string) bool {
	if resource == "*" {
		return false
	}
	if strings.Count(resource, ":") < 5 && strings.Contains(resource, "::") {
		return true
	}
	parts := strings.SplitN(resource, ":", 4)
	return len(parts) < 3 || parts[2] == ""
}

// partitions that an ARN in a policy may name.
var partitions = []string{"*", "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"}

// iamPaths are what the last part of an IAM ARN may begin with.
var iamPaths = []string{
	"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/",
	"policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
}

// resourceProblem is row 7 for one value. The text is cut at colons and its
// scheme is not looked at: "aws:s3:::crate" has the partition s3.
func resourceProblem(resource string) string {
	if resource == "*" {
		return ""
	}
	_, rest, ok := strings.Cut(resource, ":")
	if !ok {
		return `Resource ` + resource + ` must be in ARN format or "*".`
	}
	partition, rest, hasService := strings.Cut(rest, ":")
	if !slices.Contains(partitions, partition) {
		return partitionProblem(partition, rest)
	}
	if !hasService {
		return "Resource vendor must be fully qualified and cannot contain regexes."
	}
	service, rest, _ := strings.Cut(rest, ":")
	region, rest, hasRegion := strings.Cut(rest, ":")
	_, last, _ := strings.Cut(rest, ":")
	switch noRegion := hasRegion && region == ""; service {
	case "iam":
		if !noRegion {
			return "IAM resource " + resource + " cannot contain region information."
		}
		if last != "*" && last != "root" && !slices.ContainsFunc(iamPaths, func(p string) bool { return strings.HasPrefix(last, p) }) {
			return `IAM resource path must either be "*" or start with ` + strings.Join(iamPaths, ", ") + "."
		}
	case "s3":
		if !noRegion && !strings.HasPrefix(last, "accesspoint/") {
			return "Resource " + resource + " can not contain region information."
		}
	}
	return ""
}

// partitionProblem shows the ARN with its missing parts as "*".
func partitionProblem(partition, rest string) string {
	parts := [4]string{"*", "*", "*", "*"}
	if rest != "" {
		copy(parts[:], strings.SplitN(rest, ":", 4))
	}
	return `Partition "` + partition + `" is not valid for resource "arn:` + partition + ":" + strings.Join(parts[:], ":") + `".`
}
