package output

import (
	"bytes"
	"testing"

	"github.com/daypass/daypass/internal/ordered"
)

func TestFormats(t *testing.T) {
	v, err := ordered.ParseJSON(`{"Credentials": {"SessionToken": "t", "AccessKeyId": "ASIA"}, "PackedPolicySize": 6, "Tags": ["a", "123"]}`)
	if err != nil {
		t.Fatal(err)
	}
	for format, want := range map[string]string{
		"json": `{
    "Credentials": {
        "SessionToken": "t",
        "AccessKeyId": "ASIA"
    },
    "PackedPolicySize": 6,
    "Tags": [
        "a",
        "123"
    ]
}
`,
		"text": "6\nCREDENTIALS\tASIA\tt\nTAGS\ta\nTAGS\t123\n",
		"table": `-----------------------------------
|           AssumeRole            |
+--------------------------+------+
|  PackedPolicySize        |  6   |
+--------------------------+------+
||          Credentials          ||
|+--------------+----------------+|
||  AccessKeyId | SessionToken   ||
|+--------------+----------------+|
||  ASIA        |  t             ||
|+--------------+----------------+|
||             Tags              ||
|+-------------------------------+|
||  a                            ||
||  123                          ||
|+-------------------------------+|
`,
		"yaml": "Credentials:\n  AccessKeyId: ASIA\n  SessionToken: t\nPackedPolicySize: 6\nTags:\n- a\n- '123'\n",
		"off":  "",
	} {
		var b bytes.Buffer
		if err := Print(&b, format, v, Options{Title: "AssumeRole"}); err != nil || b.String() != want {
			t.Errorf("%s: %v\n got\n%s\nwant\n%s", format, err, &b, want)
		}
	}
	if err := Print(&bytes.Buffer{}, "xml", v, Options{}); err == nil {
		t.Error("an unknown format is printed")
	}
	if len(Formats()) != 5 {
		t.Errorf("formats are %v", Formats())
	}
}
