// Package golden replays the wire: requests in txtar files, and the answers
// they must get, whole documents with their headers.
//
//	-- request --
//	POST / as=ann service=sts
//	Action=GetCallerIdentity&Version=2011-06-15
//	-- response --
//	200 text/xml
//	<GetCallerIdentityResponse …
//
// The first line of a request is its method, its target, and settings: as=NAME
// signs it with the credentials of that name ("nobody" does not sign), service=
// says for which service (sts unless given), region= for which Region if not the
// server's, accept= sets Accept. Lines that
// look like Header: value follow; the rest is the body, whose lines are joined.
// What differs between runs is masked in one place, [mask]. A value of an answer
// can be used further down as {{Element}}.
//
// With -update the files are written anew: a reviewer reads the difference as a
// change of the protocol.
package golden

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/sigv4"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Run replays every file of dir, each against a server that setup makes; who
// are the credentials by name.
func Run(t *testing.T, dir string, setup func(t *testing.T) (s *daypasstest.Server, who map[string]daypasstest.Credentials)) {
	RunStage(t, dir, func(t *testing.T) Stage {
		s, who := setup(t)
		return Stage{Server: s, Who: who, Values: map[string]string{}}
	})
}

// RunStage is [Run] on a stage, whose values the requests can use.
func RunStage(t *testing.T, dir string, setup func(t *testing.T) Stage) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files in %s: %v", dir, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			stage := setup(t)
			replay(t, stage.Server, stage.Who, stage.Values, file)
		})
	}
}

func replay(t *testing.T, s *daypasstest.Server, who map[string]daypasstest.Credentials, seen map[string]string, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse(raw)
	out := &txtar.Archive{Comment: archive.Comment}
	for i, f := range archive.Files {
		if f.Name != "request" {
			continue
		}
		answer := s.Send(request(t, s, who, expand(string(f.Data), seen)))
		for _, name := range []string{"AccessKeyId", "SecretAccessKey", "SessionToken", "Marker", "UserId", "RoleId", "AssumedRoleId"} {
			if v := answer.Element(name); v != "" {
				seen[name] = v
			}
		}
		seen["Encoded"] = answer.Header.Get("X-Daypass-Encoded-Authorization-Message")
		if c := answer.Credentials(); c.SessionToken != "" {
			who["session"] = c
		}
		got := mask(fmt.Sprintf("%d %s\n%s", answer.Status, answer.Header.Get("Content-Type"), answer.Body))
		if !strings.HasSuffix(got, "\n") {
			got += "\n"
		}
		out.Files = append(out.Files, f, txtar.File{Name: "response", Data: []byte(got)})
		if *update {
			continue
		}
		if i+1 >= len(archive.Files) || archive.Files[i+1].Name != "response" {
			t.Fatalf("%s: request %d has no response", file, i/2+1)
		}
		if d := cmp.Diff(string(archive.Files[i+1].Data), got); d != "" {
			t.Errorf("%s: request %d\n%s(-want +got)\n%s", file, i/2+1, f.Data, d)
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func expand(text string, seen map[string]string) string {
	for name, v := range seen {
		text = strings.ReplaceAll(text, "{{"+name+"}}", url.QueryEscape(v))
	}
	return text
}

var headerLine = regexp.MustCompile(`^[A-Z][A-Za-z-]+: `)

func request(t *testing.T, s *daypasstest.Server, who map[string]daypasstest.Credentials, text string) *http.Request {
	t.Helper()
	head, rest, _ := strings.Cut(text, "\n")
	words := strings.Fields(head)
	settings := map[string]string{"as": "nobody", "service": "sts", "region": s.Region}
	for _, w := range words[2:] {
		k, v, _ := strings.Cut(w, "=")
		settings[k] = v
	}
	var headers, body []string
	for line := range strings.Lines(rest) {
		line = strings.TrimRight(line, "\n")
		if headerLine.MatchString(line) && len(body) == 0 {
			headers = append(headers, line)
		} else {
			body = append(body, line)
		}
	}
	content := strings.Join(body, "")
	r, err := http.NewRequest(words[0], s.URL+words[1], strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if content != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	for _, h := range headers {
		k, v, _ := strings.Cut(h, ": ")
		if r.Header.Set(k, v); k == "Host" {
			r.Host = v
		}
	}
	if settings["accept"] != "" {
		r.Header.Set("Accept", settings["accept"])
	}
	if name := settings["as"]; name != "nobody" {
		c, ok := who[name]
		if !ok {
			t.Fatalf("nobody is called %q", name)
		}
		sigv4.Sign(r, sha256.Sum256([]byte(content)), c, settings["region"], settings["service"], s.Now())
	}
	return r
}

var masks = []struct {
	re *regexp.Regexp
	to string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "REQUEST-ID"},
	{regexp.MustCompile(`<SecretAccessKey>[^<]+<`), "<SecretAccessKey>SECRET<"},
	{regexp.MustCompile(`<(Base32StringSeed|QRCodePNG)>[^<]+<`), "<$1>SECRET<"},
	{regexp.MustCompile(`<SessionToken>[^<]+<`), "<SessionToken>TOKEN<"},
	{regexp.MustCompile(`"SecretAccessKey":"[^"]+"`), `"SecretAccessKey":"SECRET"`},
	{regexp.MustCompile(`"SessionToken":"[^"]+"`), `"SessionToken":"TOKEN"`},
	{regexp.MustCompile(`\b(AIDA|AROA|AGPA|ANPA|AIPA)[A-Z2-7]{17}\b`), "${1}-ID"},
	{regexp.MustCompile(`\b(AKIA|ASIA)[A-Z2-7]{16}\b`), "${1}-ID"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "HOST"},
}

// mask hides what differs from run to run.
func mask(text string) string {
	for _, m := range masks {
		text = m.re.ReplaceAllString(text, m.to)
	}
	return text
}
