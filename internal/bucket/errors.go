// Package bucket is what Daypass needs of an S3-compatible store: to ask
// whether records may be put into a bucket, and to put them there.
package bucket

import "errors"

// Why records cannot be put into a bucket. Other failures, such as those of the
// network, are none of these.
var (
	ErrNoSuchBucket = errors.New("bucket: no such bucket")
	ErrDenied       = errors.New("bucket: access denied")
	ErrKey          = errors.New("bucket: nothing can be encrypted under the key") // though things can be put there
	ErrNotEncrypted = errors.New("bucket: the store does not say that it has encrypted the object under the key")
)
