package stscli

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/pyref"
)

// The members of inputs and answers, their order, option names and lower bounds are
// those of the installed AWS CLI's model.
func TestModelSameAsAWS(t *testing.T) {
	var theirs map[string][2][]string
	pyref.Ask(t, `
import sys, json, botocore.session
from botocore import xform_name
model = botocore.session.get_session().get_service_model("sts")
def tell(s, path, out):
    if s is None: return out
    if s.type_name == "structure":
        for n, m in s.members.items():
            line = "%s/%s --%s %s" % (path, n, xform_name(n, "-"), m.type_name)
            if n in s.required_members: line += " required"
            if m.type_name != "structure" and m.metadata.get("min", 0) > 0: line += " min=%d" % m.metadata["min"]
            out.append(line)
            tell(m, path + "/" + n, out)
    elif s.type_name == "list":
        if s.member.type_name != "structure": out.append("%s/[] %s min=%d" % (path, s.member.type_name, s.member.metadata.get("min", 0)))
        tell(s.member, path + "/[]", out)
    return out
json.dump({xform_name(o, "-"): [tell(model.operation_model(o).input_shape, "", []), tell(model.operation_model(o).output_shape, "", [])]
    for o in model.operation_names}, sys.stdout)
`, nil, &theirs)
	if len(theirs) != len(commands()) {
		t.Errorf("%d commands, want %d", len(commands()), len(theirs))
	}
	for _, c := range commands() {
		if got, want := tell(c.input, "", true), theirs[c.name][0]; !slices.Equal(got, want) {
			t.Errorf("%s takes\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		want := theirs[c.name][1]
		for i, line := range want { // of answers, names and kinds count
			want[i] = strings.Join(strings.Fields(line)[:min(3, len(strings.Fields(line)))], " ")
		}
		if got := tell(shapeOf(c.op.Output), "", false); !slices.Equal(got, want) {
			t.Errorf("%s answers\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func tell(s *shape, path string, constraints bool) []string {
	out := []string{}
	switch s.kind {
	case structure:
		for _, m := range s.members {
			line := path + "/" + m.name + " --" + m.flag + " " + m.shape.kind.String()
			if m.required && constraints {
				line += " required"
			}
			if m.shape.min > 0 && constraints {
				line += " min=" + strconv.Itoa(m.shape.min)
			}
			out = append(append(out, line), tell(m.shape, path+"/"+m.name, constraints)...)
		}
	case list:
		if s.elem.kind != structure {
			out = append(out, path+"/[] "+s.elem.kind.String()+" min="+strconv.Itoa(max(s.elem.min, 0)))
		}
		out = append(out, tell(s.elem, path+"/[]", constraints)...)
	}
	return out
}
