package sigv4_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/daypass/daypass/sigv4"
)

// A client signs, a server verifies.
func Example() {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	body := "Action=GetCallerIdentity&Version=2011-06-15"
	hash := sha256.Sum256([]byte(body))
	r, _ := http.NewRequest("POST", "http://127.0.0.1:7870/", strings.NewReader(body))
	creds := sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
	sigv4.Sign(r, hash, creds, "us-east-1", "sts", now)

	// The server: what is claimed, is it for us and of now, who is it, is it so.
	sig, err := sigv4.Parse(r)
	if err == nil {
		err = sig.Check(now.Add(time.Second), sigv4.Scope{Regions: []string{"us-east-1"}, Service: "sts"})
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	secrets := map[string]string{"AKIDEXAMPLE": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
	var keys sigv4.KeyCache // lives as long as the server
	key := keys.Key(sig.AccessKeyID, secrets[sig.AccessKeyID], sig.ScopeDate, sig.Region, sig.Service)
	fmt.Println(sig.AccessKeyID, sig.Verify(r, key, hash))

	// Output: AKIDEXAMPLE <nil>
}

func ExampleSignature_Check() {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	r, _ := http.NewRequest("GET", "http://127.0.0.1:7870/", nil)
	creds := sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
	sigv4.Sign(r, sha256.Sum256(nil), creds, "us-east-1", "sts", now)

	sig, _ := sigv4.Parse(r)
	err := sig.Check(now.Add(time.Hour), sigv4.Scope{Regions: []string{"us-east-1"}, Service: "sts"})
	if refusal, ok := errors.AsType[*sigv4.Error](err); ok {
		fmt.Println(refusal.Status, refusal.Code)
		fmt.Println(refusal.Message)
	}

	// Output:
	// 403 SignatureDoesNotMatch
	// Signature expired: 20260131T120000Z is now earlier than 20260131T124500Z (20260131T130000Z - 15 min.)
}

func ExamplePresign() {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	r, _ := http.NewRequest("GET", "https://sts.us-east-2.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", nil)
	r.Header.Set("X-K8s-Aws-Id", "my-cluster") // whoever uses the URL must send it
	creds := sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
	u := sigv4.Presign(r, creds, "us-east-2", "sts", now, time.Minute, sha256.Sum256(nil))
	fmt.Println(strings.ReplaceAll(u[:strings.Index(u, "&X-Amz-Signature=")], "&", "\n&"))

	// Output:
	// https://sts.us-east-2.amazonaws.com/?Action=GetCallerIdentity
	// &Version=2011-06-15
	// &X-Amz-Algorithm=AWS4-HMAC-SHA256
	// &X-Amz-Credential=AKIDEXAMPLE%2F20260131%2Fus-east-2%2Fsts%2Faws4_request
	// &X-Amz-Date=20260131T120000Z
	// &X-Amz-Expires=60
	// &X-Amz-SignedHeaders=host%3Bx-k8s-aws-id
}
