package bucket

import (
	"errors"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Encryption under a key of the store's own key service (SSE-KMS).

// encrypt asks for the object to be encrypted under a key, unless that is "".
func (c *Client) encrypt(in *s3.PutObjectInput, key string) {
	if key == "" {
		return
	}
	if c.keyNames {
		key = keyName(key)
	}
	in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &key
}

// keyName returns the name in the ARN of a key or an alias.
func keyName(arn string) string {
	if _, name, ok := strings.Cut(arn, ":key/"); ok {
		return name
	}
	_, name, _ := strings.Cut(arn, ":alias/")
	return name
}

// encrypted returns ErrNotEncrypted when a key was asked for, and the store does
// not say that it has used one. Some stores pass over what they do not know.
func encrypted(out *s3.PutObjectOutput, key string) error {
	if key != "" && out.ServerSideEncryption != types.ServerSideEncryptionAwsKms {
		return ErrNotEncrypted
	}
	return nil
}

// refused reports whether an error is the store's last word on a request, unlike
// those that may pass.
func refused(err error) bool {
	if errors.Is(err, ErrNotEncrypted) {
		return true
	}
	r, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok {
		return false
	}
	status := r.HTTPStatusCode()
	return status >= 400 && status < 500 && status != http.StatusTooManyRequests || status == http.StatusNotImplemented
}
