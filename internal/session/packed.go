package session

import (
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// Packed is the deflated form of a session's policies and tags.
type Packed []byte

// packedBudget is how many bytes [Packed] may take: PackedPolicySize is per
// cent of it. The real service publishes neither its packing nor its budget.
// This value, with the dictionary below, comes close to the percentages that
// have been observed (see TestPackedSizeAgreesWithObservations).
const packedBudget = 364

// maxUnpacked bounds what a packed field may inflate to: 2,048 characters of
// policy and 50 tags of 128 and 256 characters, in UTF-8.
const maxUnpacked = 128 << 10

// dictionary primes the compressor with the text that nearly every policy
// has, the commonest last. It is part of format version 1: never edit it.
const dictionary = `"NotAction":"NotResource":"Condition":{"StringLike":{"StringEquals":{"aws:PrincipalTag/` +
	`"arn:aws:iam::aws:policy/arn:aws:dynamodb:arn:aws:sqs:ec2:Describe*s3:ListBucket"s3:PutObject"` +
	`{"Version":"2008-10-17",{"Effect":"Deny","Sid":"` +
	`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::"*"}]}`

// Pack returns the packed form of policies and tags, nil when there are none.
func (s *Session) Pack() Packed {
	if s.Policy == "" && len(s.PolicyARNs) == 0 && len(s.Tags) == 0 {
		return nil
	}
	return deflate(nil, s.plain())
}

// plain is what [Packed] inflates to.
func (s *Session) plain() []byte {
	const around = 8 // tag and lengths of a field
	size := len(s.Policy) + around
	for _, arn := range s.PolicyARNs {
		size += len(arn) + around
	}
	for _, t := range s.Tags {
		size += len(t.Key) + len(t.Value) + around
	}
	plain := make([]byte, 0, size)
	if s.Policy != "" {
		plain = appendText(plain, tagPolicy, s.Policy)
	}
	for _, arn := range s.PolicyARNs {
		plain = appendText(plain, tagPolicyARN, arn)
	}
	for _, t := range s.Tags {
		tag := byte(tagTag)
		if t.Transitive {
			tag = tagTransitive
		}
		var n [binary.MaxVarintLen64]byte
		length := n[:binary.PutUvarint(n[:], uint64(len(t.Key)))]
		plain = binary.AppendUvarint(append(plain, tag), uint64(len(length)+len(t.Key)+len(t.Value)))
		plain = append(append(append(plain, length...), t.Key...), t.Value...)
	}
	return plain
}

// Percent is the value of PackedPolicySize: how much of the space allotted to
// policies and tags is used, rounded up. Over 100 the session is refused.
func (p Packed) Percent() int { return (len(p)*100 + packedBudget - 1) / packedBudget }

func (s *Session) unpack(p string) error {
	r := flate.NewReaderDict(strings.NewReader(p), []byte(dictionary))
	plain, err := io.ReadAll(io.LimitReader(r, maxUnpacked+1))
	if err != nil || len(plain) > maxUnpacked {
		return fmt.Errorf("%w: packed field", ErrMalformed)
	}
	return eachField(string(plain), func(tag byte, v string) error {
		switch tag {
		case tagPolicy:
			s.Policy = v
		case tagPolicyARN:
			s.PolicyARNs = append(s.PolicyARNs, v)
		case tagTag, tagTransitive:
			n, w := uvarint(v)
			if w <= 0 || n > uint64(len(v)-w) {
				return fmt.Errorf("%w: tag", ErrMalformed)
			}
			v = v[w:]
			s.Tags = append(s.Tags, Tag{v[:n], v[n:], tag == tagTransitive})
		default:
			return fmt.Errorf("%w: packed field %d", ErrMalformed, tag)
		}
		return nil
	})
}
