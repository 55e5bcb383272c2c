package golden

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/internal/totp"
)

// Stage is where the requests of record files are made.
type Stage struct {
	*daypasstest.Server
	Dir    string // of the spool; of [Records] only
	Who    map[string]daypasstest.Credentials
	Values map[string]string // what {{Name}} stands for
	Masks  map[string]string // values that differ between runs, and what stands for them
}

// Records replays every file of dir as [Run] does, and compares what the calls
// left in the spool instead of their answers:
//
//	-- request --
//	POST / as=ann service=sts
//	Action=GetCallerIdentity&Version=2011-06-15
//	-- records --
//	{"eventVersion":"1.11","userIdentity":{…},
//	 "eventTime":…
//
// A call leaves one, or one for each account that it concerns. In the place of
// none stands what was answered. The bytes are those of the record; only
// line breaks are added, before some members.
//
// A setup is requests whose records do not matter, between blank lines. They
// must succeed. times=N makes a request N times, with {{n}} counting from 1, and
// after=DURATION moves the clock on before it.
func Records(t *testing.T, dir string, setup func(t *testing.T) Stage) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files in %s: %v", dir, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { replayRecords(t, setup(t), file) })
	}
}

func replayRecords(t *testing.T, s Stage, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse(raw)
	answers := make([]*daypasstest.Answer, len(archive.Files)) // of the requests
	for i, f := range archive.Files {
		switch f.Name {
		case "setup":
			s.setUp(t, string(f.Data))
		case "request":
			answers[i] = s.send(t, string(f.Data), 1)
		}
	}
	records := s.records(t)
	out := &txtar.Archive{Comment: archive.Comment}
	for i, f := range archive.Files {
		if f.Name == "records" {
			continue
		}
		out.Files = append(out.Files, f)
		if answers[i] == nil {
			continue
		}
		got := strings.Join(records[answers[i].Header.Get("x-amzn-RequestId")], "")
		if got == "" {
			got = strings.TrimRight(fmt.Sprintf("none; answered %d %s", answers[i].Status, answers[i].Element("Code")), " ") + "\n"
		}
		out.Files = append(out.Files, txtar.File{Name: "records", Data: []byte(got)})
		want := ""
		if i+1 < len(archive.Files) && archive.Files[i+1].Name == "records" {
			want = string(archive.Files[i+1].Data)
		}
		if d := cmp.Diff(want, got); d != "" && !*update {
			t.Errorf("%s:\n%s(-want +got)\n%s", file, f.Data, d)
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func (s Stage) setUp(t *testing.T, requests string) {
	t.Helper()
	for text := range strings.SplitSeq(strings.TrimSpace(requests), "\n\n") {
		for n := range max(1, times(text)) {
			if a := s.send(t, text, n+1); a.Status != http.StatusOK {
				t.Fatalf("setup: %s\n%d %s", text, a.Status, a.Body)
			}
		}
	}
}

var timesSetting, afterSetting = regexp.MustCompile(`^.* times=(\d+)`), regexp.MustCompile(`^.* after=(\w+)`)

// times is how often a request is made; 0 when it does not say.
func times(text string) int {
	if m := timesSetting.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}

// send makes a request for the nth time, and keeps what later ones may need of
// its answer.
func (s Stage) send(t *testing.T, text string, n int) *daypasstest.Answer {
	t.Helper()
	if m := afterSetting.FindStringSubmatch(text); m != nil {
		d, err := time.ParseDuration(m[1])
		if err != nil {
			t.Fatal(err)
		}
		s.Advance(d)
	}
	s.Values["n"] = strconv.Itoa(n)
	answer := s.Send(request(t, s.Server, s.Who, expand(text, s.Values)))
	for _, name := range []string{"AccessKeyId", "SerialNumber", "DeletionTaskId"} {
		if v := answer.Element(name); v != "" {
			s.Values[name] = v
		}
	}
	if v := answer.Header.Get("X-Daypass-Encoded-Authorization-Message"); v != "" {
		s.Values["Encoded"] = v
	}
	if seed := answer.Element("Base32StringSeed"); seed != "" {
		s.keepCodes(t, seed)
	}
	return answer
}

// keepCodes keeps the codes of a new MFA device: {{Code2}} is that of now, and
// each of {{Code1}} to {{Code6}} follows the one before it.
func (s Stage) keepCodes(t *testing.T, answered string) {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(answered) // it is binary on the wire
	if err != nil {
		t.Fatal(err)
	}
	seed, err := base32.StdEncoding.DecodeString(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(6) {
		s.Values[fmt.Sprintf("Code%d", i+1)] = totp.Code(seed, totp.At(s.Now())+i-1)
	}
}

// records returns what the spool has, by request id. A last call says when all
// before it is there.
func (s Stage) records(t *testing.T) map[string][]string {
	t.Helper()
	last := s.Call(s.Root, "sts", "GetSessionToken").Header.Get("x-amzn-RequestId")
	for range 200 {
		found := map[string][]string{}
		err := spool.Scan(s.Dir, func(line []byte) error {
			var e struct{ RequestID string }
			if err := json.Unmarshal(line, &e); err != nil {
				return err
			}
			found[e.RequestID] = append(found[e.RequestID], s.mask(inLines(line))+"\n")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if found[last] != nil {
			return found
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the spool does not get the records")
	return nil
}

// inLines breaks the line of a record before the members that matter.
func inLines(record []byte) string {
	var b strings.Builder
	done, depth := 0, 0
	for d := json.NewDecoder(bytes.NewReader(record)); ; {
		token, err := d.Token()
		if err != nil { // its end: it is JSON
			b.Write(record[done:])
			return b.String()
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			start := int(d.InputOffset()) - len(v) - 2
			switch v {
			case "eventTime", "errorCode", "requestParameters", "responseElements", "additionalEventData", "requestID":
				if depth == 1 && record[start-1] == ',' { // a name, since these are no values
					b.Write(record[done:start])
					b.WriteString("\n ")
					done = start
				}
			}
		}
	}
}

var sessionToken = regexp.MustCompile(`"sessionToken":"[^"]+"`)

func (s Stage) mask(text string) string {
	for from, to := range s.Masks {
		text = strings.ReplaceAll(text, from, to)
	}
	return mask(sessionToken.ReplaceAllString(text, `"sessionToken":"TOKEN"`))
}
