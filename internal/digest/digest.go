// Package digest makes and verifies the files that vouch for log files in a
// bucket, as CloudTrail does.
//
// A digest is a document of JSON that names the log files of an hour, each with
// the SHA-256 of its content before compression, and the digest before it, with
// the same and with its signature. So the last one of a chain vouches for all.
// It is signed by RSA (PKCS #1 v1.5, SHA-256) over four lines:
//
//	2026-11-02T10:00:00Z                           the end, as the document has it
//	BUCKET/AWSLogs/…/…_20261102T100000Z.json.gz    where it is
//	9f86d081884c…                                  SHA-256 of the document, in hexadecimal
//	6b0f1a…                                        the signature of the one before, or null
//
// The signature, in hexadecimal, is metadata of the object. It covers the bytes
// as they are stored: a digest is encoded once, and kept.
//
// Nothing here knows a clock, a store or a bucket.
package digest

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Metadata of a digest's object, by name.
const (
	SignatureMeta = "signature"
	AlgorithmMeta = "signature-algorithm"
)

// Algorithm is how digests are signed, HashAlgorithm how contents are hashed.
const (
	Algorithm     = "SHA256withRSA"
	HashAlgorithm = "SHA-256"
)

// timeForm is how times are written, in UTC.
const timeForm = "2006-01-02T15:04:05Z"

// File is a log file that is vouched for.
type File struct {
	Bucket, Object string
	Hash           string // of its content before compression, by [Hash]
	Oldest, Newest time.Time
}

// Previous is the digest before. The zero value says that there is none.
type Previous struct {
	Bucket, Object string
	Hash           string // of its document
	Signature      string
}

// Digest is what a digest says. Its times count in whole seconds.
type Digest struct {
	Account    string
	Region     string // of the log files
	Trail      string // its name
	HomeRegion string // the trail's
	Bucket     string
	Prefix     string // of the keys in the bucket; "" for none
	Start, End time.Time
	Previous   Previous
	Files      []File
}

// Signed is a digest as it is stored.
type Signed struct {
	Bucket, Object string
	Body           []byte // the document, before compression
	Hash           string // of Body
	Signature      string // in hexadecimal
}

// Root is what all keys in a bucket begin with that belong to an account.
func Root(prefix, account string) string {
	root := "AWSLogs/" + account + "/"
	if prefix != "" {
		root = prefix + "/" + root
	}
	return root
}

// Object returns the key of the digest in its bucket.
func (d *Digest) Object() string {
	end := d.End.UTC()
	return fmt.Sprintf("%sCloudTrail-Digest/%s/%s/%s_CloudTrail-Digest_%s_%s_%s_%s.json.gz",
		Root(d.Prefix, d.Account), d.Region, end.Format("2006/01/02"), d.Account, d.Region, d.Trail, d.HomeRegion, end.Format("20060102T150405Z"))
}

// document is the form of a digest; the order of its members is that of real
// ones.
type document struct {
	Account           string    `json:"awsAccountId"`
	Start             string    `json:"digestStartTime"`
	End               string    `json:"digestEndTime"`
	Bucket            string    `json:"digestS3Bucket"`
	Object            string    `json:"digestS3Object"`
	Fingerprint       string    `json:"digestPublicKeyFingerprint"`
	Algorithm         string    `json:"digestSignatureAlgorithm"`
	Newest            *string   `json:"newestEventTime"`
	Oldest            *string   `json:"oldestEventTime"`
	PreviousBucket    *string   `json:"previousDigestS3Bucket"`
	PreviousObject    *string   `json:"previousDigestS3Object"`
	PreviousHash      *string   `json:"previousDigestHashValue"`
	PreviousAlgorithm *string   `json:"previousDigestHashAlgorithm"`
	PreviousSignature *string   `json:"previousDigestSignature"`
	Files             []logFile `json:"logFiles"`
}

type logFile struct {
	Bucket    string `json:"s3Bucket"`
	Object    string `json:"s3Object"`
	Hash      string `json:"hashValue"`
	Algorithm string `json:"hashAlgorithm"`
	Newest    string `json:"newestEventTime"`
	Oldest    string `json:"oldestEventTime"`
}

// Sign encodes and signs the digest. The same digest and key make the same
// bytes.
func (d *Digest) Sign(k *Key) (*Signed, error) {
	doc := document{
		Account: d.Account, Start: d.Start.UTC().Format(timeForm), End: d.End.UTC().Format(timeForm),
		Bucket: d.Bucket, Object: d.Object(), Fingerprint: k.Fingerprint(), Algorithm: Algorithm, Files: []logFile{},
	}
	if p := d.Previous; p != (Previous{}) {
		doc.PreviousBucket, doc.PreviousObject, doc.PreviousHash = &p.Bucket, &p.Object, &p.Hash
		doc.PreviousAlgorithm, doc.PreviousSignature = new(HashAlgorithm), &p.Signature
	}
	var oldest, newest time.Time
	for i, f := range d.Files {
		doc.Files = append(doc.Files, logFile{
			Bucket: f.Bucket, Object: f.Object, Hash: f.Hash, Algorithm: HashAlgorithm,
			Newest: f.Newest.UTC().Format(timeForm), Oldest: f.Oldest.UTC().Format(timeForm),
		})
		if i == 0 || f.Oldest.Before(oldest) {
			oldest = f.Oldest
		}
		if i == 0 || f.Newest.After(newest) {
			newest = f.Newest
		}
	}
	if len(d.Files) > 0 {
		doc.Newest, doc.Oldest = new(newest.UTC().Format(timeForm)), new(oldest.UTC().Format(timeForm))
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("encoding a digest: %w", err)
	}
	signature, err := k.sign(stringToSign(doc.End, d.Bucket, doc.Object, body, doc.PreviousSignature))
	if err != nil {
		return nil, fmt.Errorf("signing a digest: %w", err)
	}
	return &Signed{Bucket: d.Bucket, Object: doc.Object, Body: body, Hash: Hash(body), Signature: hex.EncodeToString(signature)}, nil
}

// stringToSign is what the signature is of.
func stringToSign(end, bucket, object string, body []byte, previous *string) []byte {
	before := "null"
	if previous != nil {
		before = *previous
	}
	return []byte(end + "\n" + bucket + "/" + object + "\n" + Hash(body) + "\n" + before)
}
