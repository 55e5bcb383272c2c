package stssvc_test

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/totp"
)

const (
	wrongCode = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
	noDevice  = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
	notBoth   = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
)

// device is an MFA device that somebody has.
type device struct {
	s      *daypasstest.Server
	serial string
	seed   []byte
}

// newDevice makes a device for a user of the account of root, or for root when
// user is its account's number, and waits until the codes of enabling it are
// past.
func newDevice(t *testing.T, s *daypasstest.Server, root daypasstest.Credentials, user, name string) *device {
	t.Helper()
	a := s.Call(root, "iam", "CreateVirtualMFADevice", "VirtualMFADeviceName", name)
	text, _ := base64.StdEncoding.DecodeString(a.Element("Base32StringSeed"))
	seed, err := base32.StdEncoding.DecodeString(string(text))
	if err != nil || len(seed) == 0 {
		t.Fatal(a.Body)
	}
	d := &device{s, a.Element("SerialNumber"), seed}
	if a := s.Call(root, "iam", "EnableMFADevice", "UserName", user, "SerialNumber", d.serial, "AuthenticationCode1", d.code(-1), "AuthenticationCode2", d.code(0)); a.Status != 200 {
		t.Fatal(a.Body)
	}
	s.Advance(totp.Step)
	return d
}

// code is what the device shows some steps from now.
func (d *device) code(steps int64) string { return totp.Code(d.seed, totp.At(d.s.Now())+steps) }

// proof are the parameters of a call that shows the code.
func (d *device) proof(steps int64) []string {
	return []string{"SerialNumber", d.serial, "TokenCode", d.code(steps)}
}

// wrong is a code that the device does not show near now.
func (d *device) wrong() string {
	for n := 0; ; n++ {
		code, near := fmt.Sprintf("%06d", n), false
		for steps := int64(-10); steps <= 10; steps++ {
			near = near || code == d.code(steps)
		}
		if !near {
			return code
		}
	}
}

// refused expects a refusal in exactly these words.
func refused(t *testing.T, what string, a *daypasstest.Answer, message string) {
	t.Helper()
	if a.Status != 403 || a.Element("Code") != "AccessDenied" || a.Element("Message") != message {
		t.Errorf("%s: %d %s %q\nwant 403 AccessDenied %q", what, a.Status, a.Element("Code"), a.Element("Message"), message)
	}
}

func TestACodeOpensASessionWithMFA(t *testing.T) {
	s := newScene(t)
	ann := s.s.User("ann", trust(`{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"600"}}}`))
	phone := newDevice(t, s.s, s.s.Root, "ann", "phone")
	s.as(ann).cannot("no identity-based policy", "ListUsers")
	without := s.s.Call(ann, "sts", "GetSessionToken").Credentials()
	if a := s.s.Call(without, "iam", "ListUsers"); a.Element("Code") != "InvalidClientTokenId" {
		t.Errorf("IAM to a session without MFA: %s", a.Body)
	}
	a := s.s.Call(ann, "sts", "GetSessionToken", phone.proof(0)...)
	if a.Status != 200 {
		t.Fatal(a.Body)
	}
	session := s.as(a.Credentials())
	session.can("ListUsers")
	s.s.Advance(599 * time.Second)
	session.can("ListUsers")
	s.s.Advance(time.Second) // the age is 600 now
	session.cannot("no identity-based policy", "ListUsers")
}

func TestACodeSatisfiesTheTrustPolicyOfItsCallAlone(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	phone := newDevice(t, s.s, s.s.Root, "ann", "phone")
	present := `"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericEquals":{"aws:MultiFactorAuthAge":"0"}}`
	role := s.s.Role("r", trust(`{"Effect":"Allow","Principal":{"AWS":"`+s.s.UserARN("ann")+`"},"Action":["sts:AssumeRole","sts:TagSession"],`+present+`}`),
		trust(`[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}},
			{"Effect":"Allow","Action":"iam:ListRoles","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"},"Null":{"aws:MultiFactorAuthAge":"true"}}}]`))
	ann.cannotAssume("sts:AssumeRole", role)
	session := ann.assumes(role, append(phone.proof(0), "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")...)
	session.cannot("no identity-based policy", "ListUsers") // the role's session has no MFA
	session.can("ListRoles")
	ann.cannotAssume("sts:AssumeRole", role)

	// Nor has the session of a role that it assumes.
	next := s.s.Role("next", trust(`{"Effect":"Allow","Principal":{"AWS":"`+role+`"},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`))
	session.cannotAssume("sts:AssumeRole", next)
}

func TestACodeCountsForTheCallersPoliciesAndOtherAccounts(t *testing.T) {
	s := newScene(t)
	_, otherRoot := s.s.NewAccount()
	bob := s.as(s.s.User("bob", trust(`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`)))
	phone := newDevice(t, s.s, s.s.Root, "bob", "phone")
	role := s.s.RoleIn(otherRoot, "r", daypasstest.Trust(s.s.Account))
	bob.cannotAssume("sts:AssumeRole", role)
	bob.assumes(role, phone.proof(0)...)
}

func TestASessionWithMFASatisfiesTrustPoliciesForItsLife(t *testing.T) {
	s := newScene(t)
	ann := s.s.User("ann")
	phone := newDevice(t, s.s, s.s.Root, "ann", "phone")
	role := s.s.Role("r", trust(`{"Effect":"Allow","Principal":{"AWS":"`+s.s.UserARN("ann")+`"},"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`))
	fresh := s.s.Role("fresh", trust(`{"Effect":"Allow","Principal":{"AWS":"`+s.s.UserARN("ann")+`"},"Action":"sts:AssumeRole","Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":"60"}}}`))
	session := s.as(s.s.Call(ann, "sts", "GetSessionToken", phone.proof(0)...).Credentials())
	session.assumes(fresh)
	s.s.Advance(10 * time.Hour)
	session.assumes(role)
	session.cannotAssume("sts:AssumeRole", fresh)
	session.assumes(fresh, phone.proof(0)...) // a code of now makes it fresh

	// A session without MFA brings a code along.
	plain := s.as(s.s.Call(ann, "sts", "GetSessionToken").Credentials())
	plain.cannotAssume("sts:AssumeRole", role)
	s.s.Advance(totp.Step)
	plain.assumes(role, phone.proof(0)...)
}

func TestTheRootUserProvesItself(t *testing.T) {
	s := newScene(t)
	key := newDevice(t, s.s, s.s.Root, s.s.Account, "root-account-mfa-device")
	session := s.as(s.s.Call(s.s.Root, "sts", "GetSessionToken", key.proof(0)...).Credentials())
	session.can("ListUsers")
	other, otherRoot := s.s.NewAccount()
	s.s.Advance(totp.Step)
	refused(t, "root of another account", s.s.Call(otherRoot, "sts", "GetSessionToken", key.proof(0)...), noDevice)
	theirs := newDevice(t, s.s, otherRoot, other, "root-account-mfa-device")
	refused(t, "with the device of another account's root", s.s.Call(s.s.Root, "sts", "GetSessionToken", theirs.proof(0)...), noDevice)
}

func TestWrongCodesAndDevices(t *testing.T) {
	s := newScene(t)
	ann, bob := s.s.User("ann"), s.s.User("bob")
	phone := newDevice(t, s.s, s.s.Root, "ann", "phone")
	trusting := s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann"), s.s.UserARN("bob")))
	roleSession := s.s.AssumeRole(ann, trusting, "scene")
	trusting2 := s.s.Role("r2", daypasstest.Trust(trusting))
	free := s.s.Call(s.s.Root, "iam", "CreateVirtualMFADevice", "VirtualMFADeviceName", "free").Element("SerialNumber")
	for _, tt := range []struct {
		name   string
		as     daypasstest.Credentials
		params []string
		want   string
	}{
		{"a serial number alone", ann, []string{"SerialNumber", phone.serial}, notBoth},
		{"a code alone", ann, []string{"TokenCode", phone.code(0)}, notBoth},
		{"a wrong code", ann, []string{"SerialNumber", phone.serial, "TokenCode", phone.wrong()}, wrongCode},
		{"the code of two steps ago", ann, phone.proof(-2), wrongCode},
		{"the code of two steps on", ann, phone.proof(2), wrongCode},
		{"somebody else's device", bob, phone.proof(0), noDevice},
		{"nobody's device", ann, []string{"SerialNumber", free, "TokenCode", "123456"}, noDevice},
		{"a device that is not there", ann, []string{"SerialNumber", phone.serial + "x", "TokenCode", phone.code(0)}, noDevice},
		{"a device in other letters", ann, []string{"SerialNumber", strings.Replace(phone.serial, "phone", "Phone", 1), "TokenCode", phone.code(0)}, noDevice},
		{"a hardware device", ann, []string{"SerialNumber", "GAHT12345678", "TokenCode", phone.code(0)}, noDevice},
	} {
		refused(t, "GetSessionToken with "+tt.name, s.s.Call(tt.as, "sts", "GetSessionToken", tt.params...), tt.want)
		refused(t, "AssumeRole with "+tt.name, s.s.Call(tt.as, "sts", "AssumeRole", append([]string{"RoleArn", trusting, "RoleSessionName", "scene"}, tt.params...)...), tt.want)
	}
	refused(t, "AssumeRole by a role's session",
		s.s.Call(roleSession, "sts", "AssumeRole", append([]string{"RoleArn", trusting2, "RoleSessionName", "scene"}, phone.proof(0)...)...), noDevice)
	refused(t, "AssumeRole by a role's session with a device that nobody has",
		s.s.Call(roleSession, "sts", "AssumeRole", "RoleArn", trusting2, "RoleSessionName", "scene", "SerialNumber", free, "TokenCode", "123456"), noDevice)
	if a := s.s.Call(ann, "sts", "GetSessionToken", phone.proof(-1)...); a.Status == 200 {
		t.Error("the code that enabled the device is accepted again")
	}
	s.s.Advance(10 * time.Minute) // for other wrong codes
	for _, steps := range []int64{-1, 0, 1} {
		if a := s.s.Call(ann, "sts", "GetSessionToken", phone.proof(steps)...); a.Status != 200 {
			t.Errorf("the code of step %+d: %s", steps, a.Body)
		}
	}
}

func TestACodeFollowsTheDeviceDrift(t *testing.T) {
	s := newScene(t)
	ann := s.s.User("ann")
	phone := newDevice(t, s.s, s.s.Root, "ann", "phone")
	if a := s.s.Call(s.s.Root, "iam", "ResyncMFADevice", "UserName", "ann", "SerialNumber", phone.serial,
		"AuthenticationCode1", phone.code(99), "AuthenticationCode2", phone.code(100)); a.Status != 200 {
		t.Fatal(a.Body)
	}
	s.s.Advance(totp.Step)
	for steps, want := range map[int64]int{0: 403, 98: 403, 100: 200, 102: 403} {
		if a := s.s.Call(ann, "sts", "GetSessionToken", phone.proof(steps)...); a.Status != want {
			t.Errorf("the code of step %+d: %d, want %d", steps, a.Status, want)
		}
	}
}

func TestACodeIsAcceptedOnce(t *testing.T) {
	s := newScene(t)
	ann := s.s.User("ann")
	phone := newDevice(t, s.s, s.s.Root, "ann", "phone")
	role := s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann")))
	assume := func(proof []string) *daypasstest.Answer {
		return s.s.Call(ann, "sts", "AssumeRole", append([]string{"RoleArn", role, "RoleSessionName", "scene"}, proof...)...)
	}
	before := phone.proof(0)
	s.s.Advance(totp.Step)
	proof := phone.proof(0)
	if a := assume(proof); a.Status != 200 {
		t.Fatal(a.Body)
	}
	refused(t, "the same code, for a role", assume(proof), wrongCode)
	refused(t, "the same code, for a session", s.s.Call(ann, "sts", "GetSessionToken", proof...), wrongCode)
	refused(t, "the code before it", assume(before), wrongCode)
	s.s.Advance(totp.Step)
	refused(t, "the same code a step later", assume(proof), wrongCode)
	if a := assume(phone.proof(0)); a.Status != 200 {
		t.Errorf("the next code: %s", a.Body)
	}
}

func TestOneOfManyIsAcceptedWithACode(t *testing.T) {
	s := newScene(t)
	ann := s.s.User("ann")
	phone := newDevice(t, s.s, s.s.Root, "ann", "phone")
	proof := phone.proof(0)
	var mu sync.Mutex
	accepted := 0
	var wg sync.WaitGroup
	for range 4 { // fewer than wrong codes are allowed
		wg.Go(func() {
			a := s.s.Call(ann, "sts", "GetSessionToken", proof...)
			mu.Lock()
			defer mu.Unlock()
			if a.Status == 200 {
				accepted++
			} else if a.Element("Message") != wrongCode {
				t.Error(a.Body)
			}
		})
	}
	wg.Wait()
	if accepted != 1 {
		t.Errorf("%d calls with one code were accepted, want 1", accepted)
	}
}

// A code is used up by the call that brings it, whatever is decided then: else it
// could be tried on one role after the other.
func TestACodeThatTrustRefusesIsUsedUp(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	phone := newDevice(t, s.s, s.s.Root, "ann", "phone")
	role := s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann")))
	proof := phone.proof(0)
	ann.cannotAssume("sts:AssumeRole", "arn:aws:iam::123456789012:role/none", proof...)
	refused(t, "the code after the refusal", s.s.Call(ann.c, "sts", "AssumeRole", append([]string{"RoleArn", role, "RoleSessionName", "scene"}, proof...)...), wrongCode)
	s.s.Advance(totp.Step)
	ann.assumes(role, phone.proof(0)...)
}

// Nobody else can use a code up: not who has other keys, not who has none.
func TestAStrangerDoesNotUseUpACode(t *testing.T) {
	s := newScene(t)
	ann, bob := s.s.User("ann"), s.s.User("bob")
	phone := newDevice(t, s.s, s.s.Root, "ann", "phone")
	proof := phone.proof(0)
	forged := ann
	forged.SecretAccessKey += "x"
	for range totp.WrongCodes + 1 {
		for name, c := range map[string]daypasstest.Credentials{"another user": bob, "who has the key's id alone": forged} {
			if a := s.s.Call(c, "sts", "GetSessionToken", proof...); a.Status != 403 {
				t.Errorf("%s: %d %s", name, a.Status, a.Body)
			}
			s.s.Call(c, "sts", "GetSessionToken", "SerialNumber", phone.serial, "TokenCode", phone.wrong())
		}
	}
	// Nor does a call that is out of form.
	if a := s.s.Call(ann, "sts", "GetSessionToken", append(proof, "DurationSeconds", "1")...); a.Status != 400 {
		t.Error(a.Body)
	}
	if a := s.s.Call(ann, "sts", "GetSessionToken", proof...); a.Status != 200 {
		t.Errorf("the holder, with the code: %s", a.Body)
	}
}

func TestWrongCodesAreLimitedByDevice(t *testing.T) {
	s := newScene(t)
	ann := s.s.User("ann")
	phone, tablet := newDevice(t, s.s, s.s.Root, "ann", "phone"), newDevice(t, s.s, s.s.Root, "ann", "tablet")
	guess := func() {
		t.Helper()
		refused(t, "a guess", s.s.Call(ann, "sts", "GetSessionToken", "SerialNumber", phone.serial, "TokenCode", phone.wrong()), wrongCode)
	}
	for range totp.WrongCodes {
		guess()
	}
	refused(t, "the right code after too many wrong ones", s.s.Call(ann, "sts", "GetSessionToken", phone.proof(0)...), wrongCode)
	if a := s.s.Call(ann, "sts", "GetSessionToken", tablet.proof(0)...); a.Status != 200 {
		t.Errorf("another device: %s", a.Body)
	}
	s.s.Advance(totp.Pause)
	proof := phone.proof(0)
	if a := s.s.Call(ann, "sts", "GetSessionToken", proof...); a.Status != 200 {
		t.Errorf("after a pause: %s", a.Body)
	}
	// A right code clears the count, and one that was used is no guess.
	for range 3 * totp.WrongCodes {
		refused(t, "the code again", s.s.Call(ann, "sts", "GetSessionToken", proof...), wrongCode)
	}
	for range totp.WrongCodes - 1 {
		guess()
	}
	s.s.Advance(totp.Step)
	if a := s.s.Call(ann, "sts", "GetSessionToken", phone.proof(0)...); a.Status != 200 {
		t.Errorf("after all but one wrong codes: %s", a.Body)
	}
}

// The limit of the two services is one.
func TestGuessesCountForIAMToo(t *testing.T) {
	s := newScene(t)
	ann := s.s.User("ann")
	phone := newDevice(t, s.s, s.s.Root, "ann", "phone")
	for range totp.WrongCodes {
		s.s.Call(ann, "sts", "GetSessionToken", "SerialNumber", phone.serial, "TokenCode", phone.wrong())
	}
	if a := s.s.Call(s.s.Root, "iam", "ResyncMFADevice", "UserName", "ann", "SerialNumber", phone.serial,
		"AuthenticationCode1", phone.code(1), "AuthenticationCode2", phone.code(2)); a.Element("Code") != "InvalidAuthenticationCode" {
		t.Errorf("ResyncMFADevice after too many wrong codes: %s", a.Body)
	}
}

func TestADeviceThatIsTakenAwayProvesNothing(t *testing.T) {
	s := newScene(t)
	ann := s.s.User("ann")
	phone := newDevice(t, s.s, s.s.Root, "ann", "phone")
	s.as(s.s.Root).can("DeactivateMFADevice", "UserName", "ann", "SerialNumber", phone.serial)
	refused(t, "a device that is taken away", s.s.Call(ann, "sts", "GetSessionToken", phone.proof(0)...), noDevice)
}

func TestTheOperatorIsToldWhyACodeWasRefused(t *testing.T) {
	var log bytes.Buffer
	s := daypasstest.New(t, daypasstest.WithLog(slog.New(slog.NewJSONHandler(&log, nil))))
	ann := s.User("ann")
	phone := newDevice(t, s, s.Root, "ann", "phone")
	codes := []string{phone.code(0), phone.wrong()}
	for _, tt := range []struct {
		name  string
		call  func() *daypasstest.Answer
		cause string
	}{
		{"a device that is not there", func() *daypasstest.Answer {
			return s.Call(ann, "sts", "GetSessionToken", "SerialNumber", "GAHT12345678", "TokenCode", codes[0])
		}, "no device with this serial number"},
		{"a wrong code", func() *daypasstest.Answer {
			return s.Call(ann, "sts", "GetSessionToken", "SerialNumber", phone.serial, "TokenCode", codes[1])
		}, `"check":"MFA code","saw":"","want":"that of now`},
		{"a used code", func() *daypasstest.Answer {
			s.Call(ann, "sts", "GetSessionToken", "SerialNumber", phone.serial, "TokenCode", codes[0])
			return s.Call(ann, "sts", "GetSessionToken", "SerialNumber", phone.serial, "TokenCode", codes[0])
		}, "a code that was used"},
		{"too many", func() (a *daypasstest.Answer) {
			for range totp.WrongCodes + 1 {
				a = s.Call(ann, "sts", "GetSessionToken", "SerialNumber", phone.serial, "TokenCode", codes[1])
			}
			return a
		}, `"check":"wrong codes of the MFA device","saw":"too many"`},
	} {
		id := tt.call().Element("RequestId")
		found := ""
		for _, line := range strings.Split(log.String(), "\n") {
			if strings.Contains(line, id) {
				found = line
			}
		}
		if !strings.Contains(found, tt.cause) || !json.Valid([]byte(found)) {
			t.Errorf("%s: the log says %s, want %q in it", tt.name, found, tt.cause)
		}
	}
	for _, code := range codes {
		if strings.Contains(log.String(), `"`+code) || strings.Contains(log.String(), code+`"`) {
			t.Errorf("the log holds the code %s", code)
		}
	}
}
