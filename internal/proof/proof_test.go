package proof

import (
	"strings"
	"testing"
)

func TestFailureSaysWhatIsKnown(t *testing.T) {
	for _, c := range []struct {
		f    Failure
		want string
	}{
		{Failure{Check: "audience", Saw: `"a"`, Want: `"b"`}, `audience: saw "a", want "b"`},
		{Failure{Check: "signature"}, "signature"},
		{Failure{Check: "subject", Want: "a NameID"}, "subject: want a NameID"},
		{Failure{Check: "status", Saw: "Responder"}, "status: saw Responder"},
	} {
		if got := c.f.Error(); got != c.want {
			t.Errorf("%+v says %q, want %q", c.f, got, c.want)
		}
	}
}

func TestQuoteClipsAndEscapes(t *testing.T) {
	if got := Quote("a\x1b[31mé"); got != `"a\x1b[31m\u00e9"` {
		t.Errorf("got %s", got)
	}
	long := Quote(strings.Repeat("é", 500))
	if len(long) > 6*quoted || !strings.HasSuffix(long, `"…`) || strings.Contains(long, `\x`) {
		t.Errorf("a long text is shown as %s", long)
	}
	if got := QuoteAll(strings.Split("abcdefghijk", "")); !strings.HasSuffix(got, `"h", and 3 more`) {
		t.Errorf("a long list is shown as %s", got)
	}
}

func TestANilReportCollectsNothing(t *testing.T) {
	var none *Report
	none.Pass("x", "")
	some := new(Report)
	some.Pass("x", "y")
	if none.On() || !some.On() || len(some.Steps) != 1 {
		t.Errorf("collected %v", some.Steps)
	}
}
