package iamsvc_test

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/totp"
)

const (
	noPhone   = "404 NoSuchEntity MFA Device with serial number " + phoneARN + " does not exist."
	phoneARN  = account + "mfa/phone"
	wrongPair = "403 InvalidAuthenticationCode Authentication code for device is not valid."
)

// app is an authenticator app that holds the seed of a device.
type app struct {
	s    *story
	seed []byte
}

// device makes a virtual MFA device and puts its seed into an app.
func (s *story) device(name string) *app {
	s.t.Helper()
	a := s.do("", "CreateVirtualMFADevice VirtualMFADeviceName="+name)
	text, err := base64.StdEncoding.DecodeString(a.Element("Base32StringSeed"))
	if err != nil || len(text) != 64 {
		s.t.Fatalf("seed %q: %v\n%s", text, err, a.Body)
	}
	seed, err := base32.StdEncoding.DecodeString(string(text))
	if err != nil || len(seed) != 40 {
		s.t.Fatalf("seed %q: %v", text, err)
	}
	return &app{s, seed}
}

// code is what the app shows some steps from now.
func (a *app) code(steps int64) string { return totp.Code(a.seed, totp.At(a.s.Now())+steps) }

// pair are the two codes that end some steps from now, as parameters.
func (a *app) pair(steps int64) string {
	return " AuthenticationCode1=" + a.code(steps-1) + " AuthenticationCode2=" + a.code(steps)
}

func TestVirtualMFADevices(t *testing.T) {
	s := newStory(t)
	s.tell([]step{
		{call: "CreateUser UserName=dana"},
		{call: "ListVirtualMFADevices", has: "<VirtualMFADevices/><IsTruncated>false"},
		{call: "ListVirtualMFADevices Marker=x", want: "400 ValidationError Invalid Marker."},
		{
			call: "CreateVirtualMFADevice VirtualMFADeviceName=phone Path=/ops/ Tags=owner:dana,Owner:eve",
			has:  "<SerialNumber>" + account + "mfa/ops/phone</SerialNumber><Base32StringSeed> … <QRCodePNG> … <Tags><member><Key>owner</Key><Value>dana</Value></member><member><Key>Owner<",
		},
		{call: "CreateVirtualMFADevice VirtualMFADeviceName=PHONE", want: "409 EntityAlreadyExists MFA device already exists."},
		{call: "CreateVirtualMFADevice VirtualMFADeviceName=x Tags=a:1,a:2", want: "400 InvalidInput Duplicate tag keys found."},
		{call: "DeleteVirtualMFADevice SerialNumber=" + account + "mfa/ops/phone"},
	})
	phone := s.device("phone")
	s.tell([]step{
		{call: "CreateVirtualMFADevice VirtualMFADeviceName=Tablet Path=/x/"},
		{
			call: "ListVirtualMFADevices", has: "<member><SerialNumber>" + phoneARN + "</SerialNumber></member><member><SerialNumber>" + account + "mfa/x/Tablet</SerialNumber></member>",
			not: "Seed",
		},
		{call: "ListVirtualMFADevices AssignmentStatus=Assigned", has: "<VirtualMFADevices/>"},
		{call: "EnableMFADevice UserName=dana SerialNumber=" + phoneARN + phone.pair(0)},
		{
			call: "ListVirtualMFADevices AssignmentStatus=Assigned",
			has:  "<member><SerialNumber>" + phoneARN + "</SerialNumber><User> … <UserName>dana</UserName> … </User><EnableDate>" + s.Now().UTC().Format("2006-01-02T15:04:05Z"), not: "Tablet",
		},
		{call: "ListVirtualMFADevices AssignmentStatus=Unassigned", has: "Tablet", not: "phone"},
		{call: "ListVirtualMFADevices AssignmentStatus=Any", has: "phone … Tablet", not: "<Tags"},
		{call: "ListVirtualMFADevices MaxItems=1", has: "phone … <IsTruncated>true</IsTruncated><Marker>", not: "Tablet"},
		{call: "ListMFADevices UserName=dana", has: "<MFADevices><member><UserName>dana</UserName><SerialNumber>" + phoneARN + "</SerialNumber><EnableDate>2"},
		{call: "ListMFADevices UserName=eve", want: "404 NoSuchEntity The user with name eve cannot be found."},
		{call: "ListMFADevices UserName=dana Marker=x", want: "400 ValidationError Invalid Marker."},
		{call: "GetMFADevice UserName=dana SerialNumber=" + phoneARN, has: "<UserName>dana</UserName><SerialNumber>" + phoneARN + "</SerialNumber><EnableDate>2"},
		{call: "DeleteVirtualMFADevice SerialNumber=" + phoneARN, want: "409 DeleteConflict MFA VirtualDevice in use. Must deactivate first."},
		{call: "DeleteUser UserName=dana", want: "409 DeleteConflict Cannot delete entity, must delete MFA device first."},
		{call: "DeactivateMFADevice UserName=dana SerialNumber=" + phoneARN},
		{call: "ListVirtualMFADevices AssignmentStatus=Unassigned", has: "phone … Tablet", not: "EnableDate"},
		{call: "ListMFADevices UserName=dana", has: "<MFADevices/>"},
		{call: "DeleteUser UserName=dana"},
		{call: "DeleteVirtualMFADevice SerialNumber=" + phoneARN},
		{call: "DeleteVirtualMFADevice SerialNumber=" + phoneARN, want: noPhone},
	})
}

func TestListsOfMFADevicesGoOnAtTheMarker(t *testing.T) {
	s := newStory(t)
	for i := range 5 {
		s.do("", fmt.Sprintf("CreateVirtualMFADevice VirtualMFADeviceName=d%d", i))
	}
	seen, marker := "", ""
	for range 3 {
		call := "ListVirtualMFADevices MaxItems=2"
		if marker != "" {
			call += " Marker=" + marker
		}
		a := s.do("", call)
		for _, part := range strings.Split(a.Body, "mfa/")[1:] {
			seen += part[:strings.Index(part, "<")] + " "
		}
		marker = a.Element("Marker")
	}
	if seen != "d0 d1 d2 d3 d4 " || marker != "" {
		t.Errorf("three pages hold %q, and the marker is %q", seen, marker)
	}
}

func TestNamesAndPathsOfMFADevices(t *testing.T) {
	const badPath = "400 ValidationError The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."
	tooLong := func(n int) string {
		return fmt.Sprintf("400 ValidationError 1 validation error detected: Value at 'virtualMFADeviceName' failed to satisfy constraint: Member must have length less than or equal to %d", n)
	}
	s := newStory(t)
	for _, tt := range []struct{ name, call, want string }{
		{"the path of the root", "VirtualMFADeviceName=a Path=/", ""},
		{"a path", "VirtualMFADeviceName=b Path=/test-path/", ""},
		{"double slashes", "VirtualMFADeviceName=c Path=/test//double/", ""},
		{"two slashes alone", "VirtualMFADeviceName=d Path=//", badPath},
		{"no slash at the start", "VirtualMFADeviceName=d Path=x/", badPath},
		{"no slash at the end", "VirtualMFADeviceName=d Path=/x", badPath},
		{"a letter that is none of ASCII", "VirtualMFADeviceName=d Path=/é/", badPath},
		{
			"a path that is too long", "VirtualMFADeviceName=d Path=/" + strings.Repeat("x", 511) + "/",
			"400 ValidationError 1 validation error detected: Value at 'path' failed to satisfy constraint: Member must have length less than or equal to 512",
		},
		{"the longest name", "VirtualMFADeviceName=" + strings.Repeat("x", 226), ""},
		{"a longer name", "VirtualMFADeviceName=" + strings.Repeat("x", 227), tooLong(226)},
		{"a name that the path leaves no room for", "VirtualMFADeviceName=x Path=/" + strings.Repeat("x", 300) + "/", tooLong(0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.t = t
			s.tell([]step{{call: "CreateVirtualMFADevice " + tt.call, want: tt.want}})
		})
	}
}

func TestADeviceIsEnabledByTwoConsecutiveCodes(t *testing.T) {
	for _, tt := range []struct {
		name string
		pair func(a *app) string
		want string
	}{
		{"the last two", func(a *app) string { return a.pair(0) }, ""},
		{"the next two", func(a *app) string { return a.pair(1) }, ""},
		{"of a clock five minutes behind", func(a *app) string { return a.pair(-9) }, ""},
		{"of a clock five minutes ahead", func(a *app) string { return a.pair(10) }, ""},
		{"of a clock further behind", func(a *app) string { return a.pair(-10) }, wrongPair},
		{"of a clock further ahead", func(a *app) string { return a.pair(11) }, wrongPair},
		{"one code twice", func(a *app) string {
			return " AuthenticationCode1=" + a.code(0) + " AuthenticationCode2=" + a.code(0)
		}, wrongPair},
		{"in the wrong order", func(a *app) string {
			return " AuthenticationCode1=" + a.code(0) + " AuthenticationCode2=" + a.code(-1)
		}, wrongPair},
		{"of another device", func(a *app) string { return a.s.device("other").pair(0) }, wrongPair},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStory(t)
			s.do("", "CreateUser UserName=dana")
			phone := s.device("phone")
			s.tell([]step{{call: "EnableMFADevice UserName=dana SerialNumber=" + phoneARN + tt.pair(phone), want: tt.want}})
			has := "<MFADevices/>"
			if tt.want == "" {
				has = phoneARN
			}
			s.tell([]step{{call: "ListMFADevices UserName=dana", has: has}})
		})
	}
}

func TestWhoMayHaveADevice(t *testing.T) {
	s := newStory(t)
	_, s.people["other"] = s.NewAccount()
	phone := s.device("phone")
	s.tell([]step{
		{call: "CreateUser UserName=dana"},
		{call: "CreateUser UserName=eve"},
		{as: "other", call: "CreateUser UserName=dana"},
		{call: "EnableMFADevice UserName=nobody SerialNumber=" + phoneARN + phone.pair(0), want: "404 NoSuchEntity The user with name nobody cannot be found."},
		{call: "EnableMFADevice UserName=dana SerialNumber=" + account + "mfa/none" + phone.pair(0), want: strings.Replace(noPhone, "phone", "none", 1)},
		{call: "EnableMFADevice UserName=dana SerialNumber=GAHT12345678" + phone.pair(0), want: strings.Replace(noPhone, phoneARN, "GAHT12345678", 1)},
		{as: "other", call: "EnableMFADevice UserName=dana SerialNumber=" + phoneARN + phone.pair(0), want: noPhone},
		{as: "other", call: "DeleteVirtualMFADevice SerialNumber=" + phoneARN, want: "403 AccessDenied User: arn:aws:iam::" + s.otherAccount() + ":root is not authorized to perform: iam:DeleteVirtualMFADevice on resource: " + phoneARN},
		{call: "EnableMFADevice UserName=dana SerialNumber=" + phoneARN + phone.pair(0)},
		{call: "EnableMFADevice UserName=dana SerialNumber=" + phoneARN + phone.pair(2), want: "409 EntityAlreadyExists MFA Device is already in use."},
		{call: "EnableMFADevice UserName=eve SerialNumber=" + phoneARN + phone.pair(2), want: "409 EntityAlreadyExists MFA Device is already in use."},
		{call: "GetMFADevice UserName=eve SerialNumber=" + phoneARN, want: noPhone},
		{call: "ResyncMFADevice UserName=eve SerialNumber=" + phoneARN + phone.pair(2), want: noPhone},
		{call: "DeactivateMFADevice UserName=eve SerialNumber=" + phoneARN, want: noPhone},
		{call: "DeactivateMFADevice UserName=dana SerialNumber=" + phoneARN},
		{call: "ResyncMFADevice UserName=dana SerialNumber=" + phoneARN + phone.pair(2), want: noPhone},
		{call: "GetMFADevice UserName=dana SerialNumber=" + phoneARN, want: noPhone},
		{call: "DeactivateMFADevice UserName=dana SerialNumber=" + phoneARN, want: noPhone},
		{call: "EnableMFADevice UserName=eve SerialNumber=" + phoneARN + phone.pair(2)},
		{call: "ListMFADevices UserName=eve", has: phoneARN},
	})
}

// otherAccount is the account of the person called other.
func (s *story) otherAccount() string {
	return s.Call(s.people["other"], "sts", "GetCallerIdentity").Element("Account")
}

func TestAUserHasAtMostEightDevices(t *testing.T) {
	s := newStory(t)
	s.do("", "CreateUser UserName=dana")
	for i := range 8 {
		name := fmt.Sprintf("d%d", i)
		s.tell([]step{{call: "EnableMFADevice UserName=dana SerialNumber=" + account + "mfa/" + name + s.device(name).pair(0)}})
	}
	s.tell([]step{
		{call: "EnableMFADevice UserName=dana SerialNumber=" + phoneARN + s.device("phone").pair(0), want: "409 LimitExceeded Cannot exceed quota for MFADevicesPerUser: 8"},
		{call: "ListMFADevices UserName=dana MaxItems=3", has: "d0 … d2 … <IsTruncated>true", not: "mfa/d3"},
	})
}

func TestCodesOfEnablingAndResyncAreUsedUp(t *testing.T) {
	s := newStory(t)
	phone := s.device("phone")
	enable, resync, free := "EnableMFADevice UserName=dana SerialNumber="+phoneARN, "ResyncMFADevice UserName=dana SerialNumber="+phoneARN, "DeactivateMFADevice UserName=dana SerialNumber="+phoneARN
	s.tell([]step{
		{call: "CreateUser UserName=dana"},
		{call: enable + phone.pair(0)},
		{call: resync + phone.pair(0), want: wrongPair},
		{call: resync + phone.pair(1), want: wrongPair}, // its first code was used
		{call: resync + phone.pair(2)},
		{call: free},
		{call: enable + phone.pair(2), want: wrongPair}, // also by who has the device next
		{call: enable + phone.pair(4)},
	})
}

func TestResyncFindsAClockADayOff(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps int64
		want  string
	}{
		{"a day ahead", 2880, ""},
		{"more than a day ahead", 2881, wrongPair},
		{"half a day behind", -1440, wrongPair}, // codes before the last one that was accepted
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStory(t)
			phone := s.device("phone")
			s.tell([]step{
				{call: "CreateUser UserName=dana"},
				{call: "EnableMFADevice UserName=dana SerialNumber=" + phoneARN + phone.pair(0)},
				{call: "ResyncMFADevice UserName=dana SerialNumber=" + phoneARN + phone.pair(tt.steps), want: tt.want},
			})
		})
	}
	t.Run("a day behind, when nothing was accepted since", func(t *testing.T) {
		s := newStory(t)
		phone := s.device("phone")
		s.tell([]step{
			{call: "CreateUser UserName=dana"},
			{call: "EnableMFADevice UserName=dana SerialNumber=" + phoneARN + phone.pair(0)},
		})
		s.Advance(48 * time.Hour)
		s.tell([]step{
			{call: "ResyncMFADevice UserName=dana SerialNumber=" + phoneARN + phone.pair(-2880), want: wrongPair},
			{call: "ResyncMFADevice UserName=dana SerialNumber=" + phoneARN + phone.pair(-2879)},
		})
	})
}

func TestWrongPairsAreLimited(t *testing.T) {
	s := newStory(t)
	s.do("", "CreateUser UserName=dana")
	phone := s.device("phone")
	enable := "EnableMFADevice UserName=dana SerialNumber=" + phoneARN
	for range totp.WrongCodes {
		s.tell([]step{{call: enable + " AuthenticationCode1=" + phone.code(0) + " AuthenticationCode2=" + phone.code(0), want: wrongPair}})
	}
	s.tell([]step{{call: enable + phone.pair(0), want: wrongPair}})
	s.Advance(totp.Pause)
	s.tell([]step{{call: enable + phone.pair(0)}})
}

func TestTheRootUserHasDevicesToo(t *testing.T) {
	const root = account + "mfa/root-account-mfa-device"
	s := newStory(t)
	s.person("admin", allowAll)
	device := s.device("root-account-mfa-device")
	s.tell([]step{
		{as: "admin", call: "EnableMFADevice UserName=123456789012 SerialNumber=" + root + device.pair(0), want: "404 NoSuchEntity The user with name 123456789012 cannot be found."},
		{call: "EnableMFADevice UserName=123456789012 SerialNumber=" + root + device.pair(0)},
		{call: "ListMFADevices", has: "<member><UserName>123456789012</UserName><SerialNumber>" + root + "<"},
		{call: "ListVirtualMFADevices", has: "<SerialNumber>" + root + "</SerialNumber><User> … <UserId>123456789012</UserId><Arn>" + account + "root</Arn>"},
		{call: "GetAccountSummary", has: "<key>AccountMFAEnabled</key><value>1<"},
		{call: "ResyncMFADevice UserName=123456789012 SerialNumber=" + root + device.pair(2)},
		{as: "admin", call: "ListMFADevices", has: "<MFADevices/>"},
		{as: "admin", call: "DeactivateMFADevice SerialNumber=" + root, want: strings.Replace(noPhone, phoneARN, root, 1)},
		{call: "DeactivateMFADevice SerialNumber=" + root},
		{call: "GetAccountSummary", has: "<key>AccountMFAEnabled</key><value>0<"},
		// A user who is called so comes before the root user.
		{call: "CreateUser UserName=123456789012"},
		{call: "EnableMFADevice UserName=123456789012 SerialNumber=" + root + device.pair(4)},
		{call: "ListMFADevices", has: "<MFADevices/>"},
		{call: "GetAccountSummary", has: "<key>AccountMFAEnabled</key><value>0<"},
	})
}

func TestTagsOfMFADevices(t *testing.T) {
	s := newStory(t)
	s.device("phone")
	s.tell([]step{
		{call: "TagMFADevice SerialNumber=" + phoneARN + " Tags=team:red,Team:blue"},
		{call: "TagMFADevice SerialNumber=" + phoneARN + " Tags=team:green"},
		{call: "ListMFADeviceTags SerialNumber=" + phoneARN, has: "<Tags><member><Key>Team</Key><Value>blue</Value></member><member><Key>team</Key><Value>green</Value></member></Tags>"},
		{call: "ListMFADeviceTags SerialNumber=" + phoneARN + " MaxItems=1", has: "<IsTruncated>true"},
		{call: "UntagMFADevice SerialNumber=" + phoneARN + " TagKeys=[team,none]"},
		{call: "ListMFADeviceTags SerialNumber=" + phoneARN, has: "Team", not: "green"},
		{call: "DeleteVirtualMFADevice SerialNumber=" + phoneARN},
		{call: "TagMFADevice SerialNumber=" + phoneARN + " Tags=a:b", want: noPhone},
		{call: "UntagMFADevice SerialNumber=" + phoneARN + " TagKeys=[a]", want: noPhone},
		{call: "ListMFADeviceTags SerialNumber=" + phoneARN, want: noPhone},
	})
}

func TestTagsOfMFADevicesAreConditionKeys(t *testing.T) {
	s := newStory(t)
	red := func(action, key string) string {
		return statements(`{"Effect":"Allow","Action":[` + action + `],"Resource":"*","Condition":{"StringEquals":{"` + key + `":"red"}}}`)
	}
	s.person("makes", red(`"iam:CreateVirtualMFADevice","iam:TagMFADevice"`, "aws:RequestTag/team"))
	s.person("untagged", statements(allowed("iam:CreateVirtualMFADevice", "*")))
	s.person("deletes", red(`"iam:DeleteVirtualMFADevice"`, "aws:ResourceTag/team"))
	s.tell([]step{
		{as: "makes", call: "CreateVirtualMFADevice VirtualMFADeviceName=a Tags=team:red"},
		{call: "CreateVirtualMFADevice VirtualMFADeviceName=b Tags=team:blue"},
		{as: "untagged", call: "CreateVirtualMFADevice VirtualMFADeviceName=c"},
		{as: "deletes", call: "DeleteVirtualMFADevice SerialNumber=" + account + "mfa/a"},
	})
	for as, call := range map[string]string{
		"makes": "CreateVirtualMFADevice VirtualMFADeviceName=x Tags=team:blue", "untagged": "CreateVirtualMFADevice VirtualMFADeviceName=x Tags=team:red",
		"deletes": "DeleteVirtualMFADevice SerialNumber=" + account + "mfa/b",
	} {
		if a := s.do(as, call); a.Status != 403 {
			t.Errorf("%s is allowed: %s", call, brief(a))
		}
	}
}

func TestMFAInSummaryAndReport(t *testing.T) {
	s := newStory(t)
	phone := s.device("phone")
	s.device("spare")
	s.person("dana", allowAll)
	s.person("eve")
	s.tell([]step{
		{call: "EnableMFADevice UserName=dana SerialNumber=" + phoneARN + phone.pair(0)},
		{call: "GetAccountSummary", has: "<key>MFADevices</key><value>2< … "},
		{call: "GetAccountSummary", has: "<key>MFADevicesInUse</key><value>1<"},
		{call: "GenerateCredentialReport"},
	})
	text, err := base64.StdEncoding.DecodeString(s.do("", "GetCredentialReport").Element("Content"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n")[1:] {
		cells := strings.Split(line, ",")
		if got, want := cells[7], fmt.Sprint(cells[0] == "dana"); got != want {
			t.Errorf("mfa_active of %s is %s, want %s", cells[0], got, want)
		}
	}
}

func TestASeedIsShownOnceAndSealedAtRest(t *testing.T) {
	dir := t.TempDir()
	s := &story{Server: daypasstest.New(t, daypasstest.WithDir(dir)), t: t}
	a := s.do("", "CreateVirtualMFADevice VirtualMFADeviceName=phone")
	text, _ := base64.StdEncoding.DecodeString(a.Element("Base32StringSeed"))
	seed, err := base32.StdEncoding.DecodeString(string(text))
	if err != nil || len(seed) != 40 {
		t.Fatal(a.Body)
	}
	picture, err := base64.StdEncoding.DecodeString(a.Element("QRCodePNG"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
		t.Errorf("the picture is none: %v", err)
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, seed) || bytes.Contains(content, text) {
			t.Errorf("%s holds the seed in clear", filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
