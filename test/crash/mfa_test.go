package crash

import (
	"net/http"
	"testing"

	"github.com/daypass/daypass/internal/totp"
	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/process"
)

// A code that was accepted stays used, and wrong ones stay counted, when the
// process is killed right after its answer.
func TestUsedAndWrongMFACodesOutliveKill(t *testing.T) {
	cfg := process.Config{Dir: t.TempDir()}
	p := process.Start(t, cfg)
	call := func(as sigv4.Credentials, service, action string, params ...string) process.Answer {
		t.Helper()
		a, err := process.Call(t.Context(), http.DefaultClient, p.URL, as, service, action, params...)
		if err != nil {
			t.Fatalf("%s: %v", action, err)
		}
		return a
	}
	root := func(action string, params ...string) process.Answer {
		t.Helper()
		a := call(process.Root, "iam", action, params...)
		if !a.OK() {
			t.Fatalf("%s: %d %s", action, a.Status, a.Body)
		}
		return a
	}
	root("CreateUser", "UserName", "ann")
	ann := root("CreateAccessKey", "UserName", "ann").Credentials()
	phone, tablet := process.NewMFADevice(t, root, "ann", "phone"), process.NewMFADevice(t, root, "ann", "tablet")
	for range totp.WrongCodes {
		if a := call(ann, "sts", "GetSessionToken", tablet.Wrong()...); a.Status != 403 {
			t.Errorf("a wrong code: %d %s", a.Status, a.Body)
		}
	}
	if a := call(ann, "sts", "GetSessionToken", phone.Right()...); !a.OK() {
		t.Fatalf("a right code: %d %s", a.Status, a.Body)
	}
	p.Kill()
	p = process.Start(t, cfg)
	if a := call(ann, "sts", "GetSessionToken", phone.Right()...); a.Status != 403 {
		t.Errorf("the code that was used before the kill: %d %s", a.Status, a.Body)
	}
	if a := call(ann, "sts", "GetSessionToken", tablet.Right()...); a.Status != 403 {
		t.Errorf("the right code after too many wrong ones before the kill: %d %s", a.Status, a.Body)
	}
}
