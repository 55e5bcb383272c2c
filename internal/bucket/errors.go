// Package bucket is what Daypass needs of an S3-compatible store: to ask
// whether records may be put into a bucket, and to put them there.
package bucket

import "errors"

// Why records cannot be put into a bucket. Other failures, such as those of the
// network, are neither.
var (
	ErrNoSuchBucket = errors.New("bucket: no such bucket")
	ErrDenied       = errors.New("bucket: access denied")
)
