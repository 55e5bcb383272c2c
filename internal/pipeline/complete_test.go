package pipeline_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/daypass/daypass/internal/apimodel"
	"github.com/daypass/daypass/internal/iamsvc"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/stssvc"
	"github.com/daypass/daypass/internal/trailsvc"
)

// What the golden files must have: of each action its success, its refusal by
// policy, and every error that the service models know of it, but for what is
// listed in never.

// service is one whose calls are recorded.
type service struct {
	*pipeline.Service
	version    string // of its model
	validation string // errorCode of parameters that break a constraint
	exceptions bool   // errorCode is the name of the exception, not the wire's code
}

func services() []service {
	return []service{
		{stssvc.New(stssvc.Config{}), "2011-06-15", "ValidationError", false},
		{iamsvc.New(iamsvc.Config{}), "2010-05-08", "ValidationException", true},
		{trailsvc.New(trailsvc.Config{}), "2013-11-01", "ValidationException", true},
	}
}

// outcomes are what a service is to have records of: for each action the
// values of errorCode, "" for success.
func (s service) outcomes(t *testing.T) map[string][]string {
	m := apimodel.Load(t, s.API.Name, s.version)
	all := map[string][]string{}
	for _, action := range s.Names() {
		codes := []string{"", "AccessDenied"}
		if m.Constrains(action) {
			codes = append(codes, s.validation)
		}
		for _, f := range m.Failures(action) {
			if s.exceptions {
				codes = append(codes, f.Exception)
			} else {
				codes = append(codes, f.Code)
			}
		}
		all[action] = codes
	}
	return all
}

// goldenRecords reads the golden records: by the calls that left them.
func goldenRecords(t *testing.T) (calls [][]json.RawMessage) {
	t.Helper()
	files, err := filepath.Glob("testdata/records/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden records: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range txtar.Parse(raw).Files {
			if part.Name != "records" || strings.HasPrefix(string(part.Data), "none;") {
				continue
			}
			var of []json.RawMessage
			for d := json.NewDecoder(bytes.NewReader(part.Data)); ; {
				var record json.RawMessage
				if err := d.Decode(&record); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v in\n%s", file, err, part.Data)
				}
				of = append(of, record)
			}
			calls = append(calls, of)
		}
	}
	return calls
}

// goldenOutcomes are the outcomes of the golden records: by service, then
// action.
func goldenOutcomes(t *testing.T) map[string]map[string][]string {
	t.Helper()
	all := map[string]map[string][]string{}
	for _, records := range goldenRecords(t) {
		var e event
		if err := json.Unmarshal(records[0], &e); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(e.EventSource, ".amazonaws.com")
		if all[name] == nil {
			all[name] = map[string][]string{}
		}
		all[name][e.EventName] = append(all[name][e.EventName], e.ErrorCode)
	}
	return all
}

// common are the errors that no model lists with its operations.
var common = []string{"AccessDenied", "InvalidClientTokenId", "InvalidParameterValue", "MalformedInput", "SerializationException"}

// TestEveryOutcomeHasAGoldenRecord also finds a code that is spelled in another
// way than the model's, and exceptions that are none.
func TestEveryOutcomeHasAGoldenRecord(t *testing.T) {
	golden, used := goldenOutcomes(t), make([]bool, len(never))
	for _, s := range services() {
		has, wanted := golden[s.API.Name], s.outcomes(t)
		known := append([]string{s.validation}, common...)
		for _, action := range slices.Sorted(maps.Keys(wanted)) {
			for _, code := range wanted[action] {
				expected := true
				for i := range never {
					if never[i].is(s.API.Name, action, code) {
						expected, used[i] = false, true
					}
				}
				switch is := slices.Contains(has[action], code); {
				case expected && !is:
					t.Errorf("%s %q has no golden record", action, code)
				case !expected && is:
					t.Errorf("%s %q is said never to be, and has a golden record", action, code)
				}
			}
			known = append(known, wanted[action]...)
		}
		for action, codes := range has {
			for _, code := range codes {
				if !slices.Contains(known, code) {
					t.Errorf("%s of %s is no error of the model", code, action)
				}
			}
		}
	}
	for i, n := range never {
		if !used[i] {
			t.Errorf("%s %s %v is no outcome that would need a record", n.service, n.code, n.actions)
		}
	}
}

// exception is an outcome that is never recorded.
type exception struct {
	service, code string // code "" is success
	actions       string // with blanks between; "*" is all
	reason        string
}

func (n exception) is(service, action, code string) bool {
	return n.service == service && n.code == code && (n.actions == "*" || slices.Contains(strings.Fields(n.actions), action))
}
