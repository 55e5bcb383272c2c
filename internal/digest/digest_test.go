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
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var t0 = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

var testKeys = sync.OnceValue(func() (keys [2]*Key) {
	for i := range keys {
		k, err := NewKey()
		if err != nil {
			panic(err)
		}
		keys[i] = k
	}
	return keys
})

func example() *Digest {
	return &Digest{
		Account: "111122223333", Region: "eu-west-1", Trail: "all_of-it", HomeRegion: "us-east-1", Bucket: "logs", Prefix: "a/b",
		Start: t0, End: t0.Add(time.Hour),
		Previous: Previous{Bucket: "old", Object: "a/b/AWSLogs/x", Hash: Hash([]byte("before")), Signature: "ab12"},
		Files: []File{
			{Bucket: "logs", Object: "a/b/AWSLogs/1", Hash: Hash([]byte("1")), Oldest: t0.Add(time.Minute), Newest: t0.Add(2 * time.Minute)},
			{Bucket: "logs", Object: "a/b/AWSLogs/2", Hash: Hash([]byte("2")), Oldest: t0, Newest: t0.Add(time.Minute)},
		},
	}
}

func sign(t *testing.T, d *Digest, k *Key) *Signed {
	t.Helper()
	s, err := d.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestADigestVerifiesAndReadsBack(t *testing.T) {
	k := testKeys()[0]
	starting := example()
	starting.Prefix, starting.Previous, starting.Files = "", Previous{}, nil
	for _, d := range []*Digest{example(), starting} {
		s := sign(t, d, k)
		got, err := Verify(d.Bucket, d.Object(), s.Body, s.Signature, k.Public())
		if diff := cmp.Diff(d, got); err != nil || diff != "" {
			t.Errorf("Verify: %v %s", err, diff)
		}
	}
}

func TestWhereDigestsAre(t *testing.T) {
	const want = "a/b/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/02/" +
		"111122223333_CloudTrail-Digest_eu-west-1_all_of-it_us-east-1_20261102T100000Z.json.gz"
	if got := example().Object(); got != want {
		t.Errorf("Object = %s, want %s", got, want)
	}
}

func TestTheFormOfADocument(t *testing.T) {
	d := example()
	s := sign(t, d, testKeys()[0])
	var members []string
	dec := json.NewDecoder(bytes.NewReader(s.Body))
	for depth, i := 0, 0; dec.More() || depth > 0; {
		tok, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch tok {
		case json.Delim('{'), json.Delim('['):
			depth++
			continue
		case json.Delim('}'), json.Delim(']'):
			depth--
			continue
		}
		if depth == 1 && i%2 == 0 {
			members = append(members, tok.(string))
		}
		if depth == 1 {
			i++
		}
	}
	const want = "awsAccountId digestStartTime digestEndTime digestS3Bucket digestS3Object digestPublicKeyFingerprint digestSignatureAlgorithm " +
		"newestEventTime oldestEventTime previousDigestS3Bucket previousDigestS3Object previousDigestHashValue previousDigestHashAlgorithm previousDigestSignature logFiles"
	if got := strings.Join(members, " "); got != want {
		t.Errorf("the members are %s", got)
	}
	for _, part := range []string{
		`"digestStartTime":"2026-11-02T09:00:00Z","digestEndTime":"2026-11-02T10:00:00Z"`,
		`"newestEventTime":"2026-11-02T09:02:00Z","oldestEventTime":"2026-11-02T09:00:00Z"`,
		`"hashAlgorithm":"SHA-256"`,
	} {
		if !strings.Contains(string(s.Body), part) {
			t.Errorf("%s is not in %s", part, s.Body)
		}
	}
	d.Previous, d.Files = Previous{}, nil
	const starting = `"newestEventTime":null,"oldestEventTime":null,"previousDigestS3Bucket":null,"previousDigestS3Object":null,` +
		`"previousDigestHashValue":null,"previousDigestHashAlgorithm":null,"previousDigestSignature":null,"logFiles":[]}`
	if s := sign(t, d, testKeys()[0]); !strings.HasSuffix(string(s.Body), starting) {
		t.Errorf("a starting digest ends otherwise: %s", s.Body)
	}
}

// The four lines are spelled out here once more, as the specification has them.
func TestWhatIsSigned(t *testing.T) {
	k := testKeys()[0]
	check := func(d *Digest, before string) {
		t.Helper()
		s := sign(t, d, k)
		sum := sha256.Sum256(s.Body)
		lines := fmt.Sprintf("2026-11-02T10:00:00Z\nlogs/%s\n%x\n%s", d.Object(), sum, before)
		hashed := sha256.Sum256([]byte(lines))
		proof, err := hex.DecodeString(s.Signature)
		public, errKey := x509.ParsePKCS1PublicKey(k.Public())
		if err = errors.Join(err, errKey); err != nil {
			t.Fatal(err)
		}
		if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, hashed[:], proof); err != nil {
			t.Error(err)
		}
	}
	d := example()
	check(d, "ab12")
	d.Previous = Previous{}
	check(d, "null")
}

func TestWhatIsNoDigestOfThatPlaceIsRefused(t *testing.T) {
	k, other := testKeys()[0], testKeys()[1]
	d := example()
	s := sign(t, d, k)
	forged := sign(t, d, other)
	alter := func(from, to string) []byte { return bytes.Replace(s.Body, []byte(from), []byte(to), 1) }
	flipped := "0" + s.Signature[1:]
	if s.Signature[0] == '0' {
		flipped = "1" + s.Signature[1:]
	}
	for _, tt := range []struct {
		name           string
		bucket, object string
		body           []byte
		signature      string
		public         []byte
		want           error
	}{
		{"another bucket", "elsewhere", s.Object, s.Body, s.Signature, k.Public(), ErrMoved},
		{"another key in the bucket", s.Bucket, s.Object + "x", s.Body, s.Signature, k.Public(), ErrMoved},
		{"no JSON", s.Bucket, s.Object, s.Body[1:], s.Signature, k.Public(), ErrForm},
		{"signed by another key", s.Bucket, s.Object, forged.Body, forged.Signature, k.Public(), ErrOtherKey},
		{"another algorithm", s.Bucket, s.Object, alter("SHA256withRSA", "none"), s.Signature, k.Public(), ErrOtherKey},
		{"signature changed", s.Bucket, s.Object, s.Body, flipped, k.Public(), ErrSignature},
		{"no signature", s.Bucket, s.Object, s.Body, "", k.Public(), ErrSignature},
		{"signature not hexadecimal", s.Bucket, s.Object, s.Body, "zz", k.Public(), ErrSignature},
		{"a hash changed", s.Bucket, s.Object, alter(Hash([]byte("1")), Hash([]byte("3"))), s.Signature, k.Public(), ErrSignature},
		{"the previous signature changed", s.Bucket, s.Object, alter("ab12", "ab13"), s.Signature, k.Public(), ErrSignature},
		{"the end changed", s.Bucket, s.Object, alter(`EndTime":"2026-11-02T10`, `EndTime":"2026-11-02T11`), s.Signature, k.Public(), ErrSignature},
		{"one byte more", s.Bucket, s.Object, append([]byte(" "), s.Body...), s.Signature, k.Public(), ErrSignature},
	} {
		if _, err := Verify(tt.bucket, tt.object, tt.body, tt.signature, tt.public); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// Who has the key may sign anything: what is no digest is none with a good
// signature either, and nothing panics.
func TestWhatIsNoDigestIsNoneThoughItIsSigned(t *testing.T) {
	k := testKeys()[0]
	s := sign(t, example(), k)
	name := s.Object[strings.LastIndex(s.Object, "/")+1:]
	for _, tt := range []struct {
		name     string
		from, to string
		ok       bool
	}{
		{"as it is", "", "", true},
		{"a start that is no time", `"digestStartTime":"2026`, `"digestStartTime":"x`, false},
		{"an end that is no time", `"digestEndTime":"2026`, `"digestEndTime":"x`, false},
		{"a time of a file that is none", `"oldestEventTime":"2026-11-02T09:00:00Z"}`, `"oldestEventTime":""}`, false},
		{"another account", `"awsAccountId":"111122223333"`, `"awsAccountId":"444455556666"`, false},
		{"another end than its name has", `"digestEndTime":"2026-11-02T10`, `"digestEndTime":"2026-11-02T11`, false},
		{"a name without a separator", name, "digest", false},
		{"a name of separators", name, "____", false},
		{"no name", s.Object, "", false},
		{"a previous digest of which nothing is known but its name", `"previousDigestSignature":"ab12"`, `"previousDigestSignature":null`, true},
	} {
		body := []byte(strings.Replace(string(s.Body), tt.from, tt.to, 1))
		if tt.from != "" && bytes.Equal(body, s.Body) {
			t.Fatalf("%s: %s has no %s", tt.name, s.Body, tt.from)
		}
		var doc document
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(err)
		}
		proof, err := k.sign(stringToSign(doc.End, doc.Bucket, doc.Object, body, doc.PreviousSignature))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Verify(doc.Bucket, doc.Object, body, hex.EncodeToString(proof), k.Public())
		if tt.ok && err != nil || !tt.ok && !errors.Is(err, ErrForm) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestAKeyReadsBackAndDoesNotPrint(t *testing.T) {
	k := testKeys()[0]
	again, err := ParseKey(k.Private())
	if err != nil {
		t.Fatal(err)
	}
	if a, b := sign(t, example(), k), sign(t, example(), again); a.Signature != b.Signature {
		t.Error("the key that was read signs otherwise")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		if got := fmt.Sprintf(verb, k); got != "key "+k.Fingerprint() {
			t.Errorf("%s prints %.80q", verb, got)
		}
	}
	if _, err := ParseKey([]byte("no key")); err == nil {
		t.Error("what is no key is read as one")
	}
}

// FuzzVerify changes a good digest anywhere: it is refused, and nothing panics.
func FuzzVerify(f *testing.F) {
	f.Add(0, byte(1), "")
	f.Add(30, byte(0x20), `{"awsAccountId":"1","logFiles":[{}]}`)
	f.Fuzz(func(t *testing.T, at int, flip byte, whole string) {
		k := testKeys()[0]
		s := sign(t, example(), k)
		if _, err := Verify(s.Bucket, s.Object, []byte(whole), s.Signature, k.Public()); err == nil && whole != string(s.Body) {
			t.Errorf("%q verifies", whole)
		}
		if flip == 0 {
			return
		}
		body := bytes.Clone(s.Body)
		body[(at%len(body)+len(body))%len(body)] ^= flip
		if _, err := Verify(s.Bucket, s.Object, body, s.Signature, k.Public()); err == nil {
			t.Errorf("%s verifies", body)
		}
	})
}
