// Package trailapi holds the inputs and outputs of CloudTrail, version
// 2013-11-01, as the wire has them. They are like those of package iamapi, but
// that the wire is JSON 1.1: times are seconds since 1970, and an empty text
// says no more than that it was given, so that a parameter whose absence
// matters is a pointer.
//
// That the shapes are those of the model is tested against the model itself, in
// package apimodel.
package trailapi
