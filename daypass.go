// Package daypass is the root of a self-hosted AWS Security Token Service.
// There is no code here: the service is cmd/daypass, and the packages for other
// programs are arn, policy, sigv4, sts and daypasstest.
package daypass
