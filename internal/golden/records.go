package golden

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/spool"
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
//	{
//	  "eventVersion": "1.11",
//	…
//
// A call may leave none, or one for each account that it concerns.
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
	var requests []txtar.File
	want := map[int]string{}
	for _, f := range archive.Files {
		if f.Name == "request" {
			requests = append(requests, f)
		} else {
			want[len(requests)-1] = string(f.Data)
		}
	}
	var ids []string
	for _, f := range requests {
		answer := s.Send(request(t, s.Server, s.Who, expand(string(f.Data), s.Values)))
		ids = append(ids, answer.Header.Get("x-amzn-RequestId"))
		for _, name := range []string{"AccessKeyId", "SerialNumber"} {
			if v := answer.Element(name); v != "" {
				s.Values[name] = v
			}
		}
		s.Values["Encoded"] = answer.Header.Get("X-Daypass-Encoded-Authorization-Message")
	}
	records := s.records(t)
	out := &txtar.Archive{Comment: archive.Comment}
	for i, f := range requests {
		got := strings.Join(records[ids[i]], "")
		out.Files = append(out.Files, f, txtar.File{Name: "records", Data: []byte(got)})
		if d := cmp.Diff(want[i], got); d != "" && !*update {
			t.Errorf("%s: request %d\n%s(-want +got)\n%s", file, i+1, f.Data, d)
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(out), 0o644); err != nil {
			t.Fatal(err)
		}
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
			var text bytes.Buffer
			_ = json.Indent(&text, line, "", "  ") // it is JSON: see above
			found[e.RequestID] = append(found[e.RequestID], s.mask(text.String())+"\n")
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

var sessionToken = regexp.MustCompile(`"sessionToken": "[^"]+"`)

func (s Stage) mask(text string) string {
	for from, to := range s.Masks {
		text = strings.ReplaceAll(text, from, to)
	}
	return mask(sessionToken.ReplaceAllString(text, `"sessionToken": "TOKEN"`))
}
