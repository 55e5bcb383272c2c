package digest

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Failures of [Verify].
var (
	ErrForm      = errors.New("it is not a digest")
	ErrMoved     = errors.New("it has been moved from its original location")
	ErrOtherKey  = errors.New("another key signed it")
	ErrSignature = errors.New("its signature is not good")
)

// maxFiles bounds what a digest that is read may name.
const maxFiles = 100_000

// Verify reads a digest that was found at a key of a bucket with this
// signature, and proves that the public key's owner made it for there. What it
// returns is to be believed; the files that it names, and the digest before it,
// are to be looked at next.
func Verify(bucket, object string, body []byte, signature string, public []byte) (*Digest, error) {
	var doc document
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil || len(doc.Files) > maxFiles {
		return nil, ErrForm
	}
	if doc.Bucket != bucket || doc.Object != object {
		return nil, ErrMoved
	}
	if doc.Fingerprint != Fingerprint(public) || doc.Algorithm != Algorithm {
		return nil, ErrOtherKey
	}
	key, err := x509.ParsePKCS1PublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("the public key: %w", err)
	}
	proof, err := hex.DecodeString(signature)
	if err != nil {
		return nil, ErrSignature
	}
	sum := sha256.Sum256(stringToSign(doc.End, bucket, object, body, doc.PreviousSignature))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], proof) != nil {
		return nil, ErrSignature
	}
	return doc.digest()
}

// digest returns what a document says.
func (doc *document) digest() (d *Digest, err error) {
	var bad []error
	read := func(text string) time.Time {
		t, err := time.Parse(timeForm, text)
		bad = append(bad, err)
		return t
	}
	d = &Digest{Account: doc.Account, Bucket: doc.Bucket, Start: read(doc.Start), End: read(doc.End)}
	d.place(doc.Object)
	if doc.PreviousObject != nil {
		d.Previous = Previous{Bucket: text(doc.PreviousBucket), Object: *doc.PreviousObject, Hash: text(doc.PreviousHash), Signature: text(doc.PreviousSignature)}
	}
	for _, f := range doc.Files {
		d.Files = append(d.Files, File{Bucket: f.Bucket, Object: f.Object, Hash: f.Hash, Oldest: read(f.Oldest), Newest: read(f.Newest)})
	}
	if errors.Join(bad...) != nil || d.Object() != doc.Object {
		return nil, ErrForm
	}
	return d, nil
}

// place reads what a key says of the digest at it. A key that says something
// else is noticed by whoever makes it again.
func (d *Digest) place(object string) {
	root := Root("", d.Account)
	before, rest, _ := strings.Cut(object, root+"CloudTrail-Digest/")
	d.Prefix = strings.TrimSuffix(before, "/")
	d.Region, rest, _ = strings.Cut(rest, "/")
	_, rest, _ = strings.Cut(rest, d.Account+"_CloudTrail-Digest_"+d.Region+"_")
	rest, _, _ = cutLast(rest, "_") // the time
	d.Trail, d.HomeRegion, _ = cutLast(rest, "_")
}

// cutLast is strings.Cut at the last separator.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
