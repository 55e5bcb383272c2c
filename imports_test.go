package daypass

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/daypass/daypass"

// layers are the packages from the top down (docs/architecture.md). A package
// imports only from its own line or the lines below it.
var layers = [][]string{
	{"cmd/daypass", "cmd/daypass-man", "examples/go", "examples/identity-proof"},
	{"internal/cli", "daypasstest", "internal/golden"},
	{"test/process", "test/postgres", "test/clients", "test/crash", "test/upgrade", "test/million", "test/replicas", "test/flood"},
	{"internal/installation", "internal/stscli"},
	{"internal/server"},
	{"internal/stssvc", "internal/iamsvc", "internal/trailsvc"},
	{"internal/pipeline"},
	{"internal/authz", "internal/trail"},
	{"internal/authn"},
	{"internal/facts", "internal/outbound", "internal/courier"},
	{"internal/auditfile"},
	{"internal/store", "internal/keys", "sts", "credentials", "awscredentials", "internal/session", "internal/spool", "internal/agent", "internal/rolecache", "internal/bucket", "internal/bucket/buckettest", "internal/digest", "internal/history"},
	{"internal/iam", "internal/iamapi", "internal/trailapi", "internal/apimodel"},
	{"internal/query", "internal/endpoint"},
	{"internal/oidc", "internal/saml", "internal/totp", "internal/oidctest", "internal/saml/samltest", "internal/signin"},
	{"internal/xmltree"},
	{"internal/jmespath", "internal/output"},
	{"internal/awserr", "internal/secret", "internal/proof", "internal/filelock", "internal/ordered", "internal/terminal", "internal/pyref"},
	{"policy"},
	{"arn", "sigv4"},
}

// public are the packages for others: they import the standard library and
// each other only.
var public = []string{"arn", "policy", "sigv4", "sts", "credentials"}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func layer(pkg string) int {
	return slices.IndexFunc(layers, func(l []string) bool { return slices.Contains(l, pkg) })
}

func TestImportsPointDown(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		if name == module {
			continue
		}
		from := layer(name)
		if from < 0 {
			t.Errorf("%s is in no layer: give it one, here and in docs/architecture.md", name)
			continue
		}
		for _, i := range p.Imports {
			below, ours := strings.CutPrefix(i, module+"/")
			if ours && layer(below) < from {
				t.Errorf("%s imports %s, which is above it", name, below)
			}
		}
	}
}

func TestPublicPackagesAreLight(t *testing.T) {
	for _, p := range packages(t) {
		if !slices.Contains(public, strings.TrimPrefix(p.ImportPath, module+"/")) {
			continue
		}
		for _, dep := range p.Deps {
			name, ours := strings.CutPrefix(dep, module+"/")
			if ours && !slices.Contains(public, name) || !ours && strings.Contains(strings.SplitN(dep, "/", 2)[0], ".") {
				t.Errorf("%s depends on %s", p.ImportPath, dep)
			}
		}
	}
}
