package credentials

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const configText = "\xef\xbb\xbf" + `# a comment
; another
[default]
region = us-east-1   # the usual one
aws_access_key_id = FROMDEFAULT
[profile default]
REGION=eu-west-1
[profile  "my build"]
role_arn = arn:aws:iam::123456789012:role/b
source_profile=default
services = local
s3 =
  max_concurrent_requests = 20
[profile build] ; trailing comment
output = a;b#c
region =
[build]
region = passed over
[services local]
sts =
  endpoint_url = http://127.0.0.1:7870
s3 =
  endpoint_url = http://127.0.0.1:9000
[services local]
sts=
	Endpoint_URL = http://127.0.0.1:7871
[sso-session corp]
sso_region = us-east-1
[profile long]
note = one
  two
[profile build]
duration_seconds = 900
`

const credentialsText = `[default]
aws_access_key_id = AKID
aws_secret_access_key = se=cret#with;signs
[build]
output = json
`

func TestFilesAreReadAsAWSToolsDo(t *testing.T) {
	f, err := ParseFiles([]byte(configText), []byte(strings.ReplaceAll(credentialsText, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, profile, setting, want string }{
		{"[profile default] hides [default]", "default", "region", "eu-west-1"},
		{"and the credentials file is laid over it", "default", "aws_access_key_id", "AKID"},
		{"signs inside a value are no comment", "default", "aws_secret_access_key", "se=cret#with;signs"},
		{"a name in quotes", "my build", "source_profile", "default"},
		{"settings below settings are not the profile's", "my build", "max_concurrent_requests", ""},
		{"the credentials file goes before", "build", "output", "json"},
		{"a section without the word profile is passed over", "build", "region", ""},
		{"a section that comes twice is one", "build", "duration_seconds", "900"},
		{"a value goes on in an indented line", "long", "note", "one\ntwo"},
	} {
		p, ok := f.Profile(tt.profile)
		if got := p.Get(tt.setting); !ok || got != tt.want {
			t.Errorf("%s: %s of %s = %q, want %q", tt.name, tt.setting, tt.profile, got, tt.want)
		}
	}
	p, _ := f.Profile("my build")
	if got, err := f.Service(p, "sts", "endpoint_url"); err != nil || got != "http://127.0.0.1:7871" {
		t.Errorf("endpoint of sts = %q, %v", got, err)
	}
	if got, err := f.Service(p, "iam", "endpoint_url"); err != nil || got != "" {
		t.Errorf("endpoint of iam = %q, %v", got, err)
	}
	for _, name := range []string{"corp", "local", "sso-session corp", "nobody"} {
		if _, ok := f.Profile(name); ok {
			t.Errorf("there is a profile %s", name)
		}
	}
	missing, _ := ParseFiles([]byte("[default]\nservices = gone"), nil)
	p, _ = missing.Profile("default")
	if _, err := missing.Service(p, "sts", "endpoint_url"); err == nil {
		t.Error("a services section that does not exist was passed over")
	}
}

func TestFilesThatAreNone(t *testing.T) {
	for name, text := range map[string]string{
		"a setting before any section": "aws_secret_access_key = hidden",
		"no equals sign":               "[default]\nhidden",
		"no name":                      "[default]\n= hidden",
		"a section that is not closed": "[default\nhidden = x",
		"text after a section":         "[default] hidden",
		"nested without equals sign":   "[default]\ns3 =\n  hidden",
		"too large":                    "[default]\n" + strings.Repeat("#", MaxFile),
	} {
		for _, files := range [][2]string{{text, ""}, {"", text}} {
			_, err := ParseFiles([]byte(files[0]), []byte(files[1]))
			if err == nil {
				t.Errorf("%s: accepted", name)
			} else if strings.Contains(err.Error(), "hidden") {
				t.Errorf("%s: the error repeats the line, which may be a secret: %v", name, err)
			}
		}
	}
}

func TestFilesAreFound(t *testing.T) {
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(path, text string) {
		if err := os.WriteFile(filepath.Join(home, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(".aws/config", "[default]\nregion = usual")
	write(".aws/credentials", "[default]\naws_access_key_id = usual")
	write("other", "[default]\nregion = other")
	for _, tt := range []struct {
		name        string
		env         map[string]string
		region, key string
	}{
		{"usual places", nil, "usual", "usual"},
		{"named", map[string]string{"AWS_CONFIG_FILE": filepath.Join(home, "other")}, "other", "usual"},
		{"named from home", map[string]string{"AWS_CONFIG_FILE": "~/other"}, "other", "usual"},
		{"not there", map[string]string{"AWS_SHARED_CREDENTIALS_FILE": filepath.Join(home, "gone")}, "usual", ""},
	} {
		f, err := ReadFiles(func(name string) string {
			if name == "HOME" {
				return home
			}
			return tt.env[name]
		})
		if err != nil {
			t.Fatal(err)
		}
		p, _ := f.Profile("default")
		if p.Get("region") != tt.region || p.Get("aws_access_key_id") != tt.key {
			t.Errorf("%s: region %q, key %q", tt.name, p.Get("region"), p.Get("aws_access_key_id"))
		}
	}
	write("large", strings.Repeat("#", MaxFile+1))
	if _, err := ReadFiles(func(name string) string {
		return map[string]string{"AWS_CONFIG_FILE": filepath.Join(home, "large")}[name]
	}); err == nil {
		t.Error("a file that is too large was read")
	}
	if _, err := ReadFiles(func(name string) string { return map[string]string{"AWS_CONFIG_FILE": home}[name] }); err == nil {
		t.Error("a directory was read")
	}
}

// FuzzFiles: whatever a file holds, it is refused or read without a panic, and
// what is read can be written and read again.
func FuzzFiles(f *testing.F) {
	f.Add(configText)
	f.Add(credentialsText)
	f.Add("[profile a]\nb=\n c=d\n[services x]\ns=\n\te = f # g")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := ParseFiles([]byte(text), nil)
		if _, err2 := ParseFiles(nil, []byte(text)); (err == nil) != (err2 == nil) {
			t.Fatalf("config file: %v, credentials file: %v", err, err2)
		}
		if err != nil {
			return
		}
		for name, settings := range read.profiles {
			if strings.ContainsAny(name, "\n") {
				t.Errorf("the name of a profile goes over lines: %q", name)
			}
			for key, value := range settings {
				if key == "" || key != strings.TrimSpace(key) || value != strings.TrimSpace(value) {
					t.Errorf("setting %q = %q is not trimmed", key, value)
				}
			}
		}
	})
}
