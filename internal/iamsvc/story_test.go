package iamsvc_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/saml/samltest"
)

// step is one call of a story and what it must answer.
type step struct {
	as   string // who calls: "" is the root user, otherwise a user of the story
	call string // the action and its parameters: `CreateUser UserName=dana Tags=a:1,b:2`
	want string // status, code and sentence of a refusal: `404 NoSuchEntity The user …`; "" succeeds
	has  string // texts that the answer must hold, white space aside, divided by " … "
	not  string // a text that it must not hold
}

// story is a server with the people of a test.
type story struct {
	*daypasstest.Server
	t      *testing.T
	people map[string]daypasstest.Credentials
	docs   map[string]string // texts that a step names as @name
}

func newStory(t *testing.T) *story {
	t.Helper()
	return &story{Server: daypasstest.New(t), t: t, people: map[string]daypasstest.Credentials{}, docs: map[string]string{
		"allow":  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`,
		"old":    `{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`,
		"broken": `{"Version":"2012-10-17"`,

		"metadata": samltest.New("https://idp.example.com/saml").Metadata(),
		"trust":    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}]}`,
	}}
}

// person makes a user with an inline policy and keeps its keys.
func (s *story) person(name string, policies ...string) {
	s.t.Helper()
	s.people[name] = s.User(name, policies...)
}

func (s *story) credentials(as string) daypasstest.Credentials {
	s.t.Helper()
	if as == "" {
		return s.Root
	}
	c, ok := s.people[as]
	if !ok {
		s.t.Fatalf("nobody is called %s", as)
	}
	return c
}

// params reads "Action Key=value …". A value @name is a document; Tags=a:1,b:2
// is a list of tags; List=[a b] in other cases is a list of texts.
func (s *story) params(call string) (action string, params []string) {
	s.t.Helper()
	words := strings.Fields(call)
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		isList := strings.HasPrefix(value, "[")
		value = s.text(value)
		switch {
		case key == "Tags":
			for i, tag := range strings.Split(value, ",") {
				k, v, _ := strings.Cut(tag, ":")
				params = append(params, fmt.Sprintf("Tags.member.%d.Key", i+1), k, fmt.Sprintf("Tags.member.%d.Value", i+1), v)
			}
		case isList:
			for i, v := range strings.Split(strings.Trim(value, "[]"), ",") {
				v = s.text(v)
				params = append(params, fmt.Sprintf("%s.member.%d", key, i+1), v)
			}
		default:
			params = append(params, key, value)
		}
	}
	return words[0], params
}

// text is the document that @name names, or the value itself.
func (s *story) text(value string) string {
	s.t.Helper()
	name, ok := strings.CutPrefix(value, "@")
	if !ok {
		return value
	}
	text, ok := s.docs[name]
	if !ok {
		s.t.Fatalf("no document %s", name)
	}
	return text
}

func (s *story) do(as, call string) *daypasstest.Answer {
	s.t.Helper()
	action, params := s.params(call)
	return s.Call(s.credentials(as), "iam", action, params...)
}

// result words an answer as step.want does.
func result(a *daypasstest.Answer) string {
	if a.Status == 200 {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", a.Status, a.Element("Code"), a.Element("Message")))
}

var space = regexp.MustCompile(`>\s+`)

// flat is the answer without the white space between elements.
func flat(a *daypasstest.Answer) string { return space.ReplaceAllString(a.Body, ">") }

// brief is as much of an answer as a person reads.
func brief(a *daypasstest.Answer) string { return fmt.Sprintf("%.2000s", flat(a)) }

func (s *story) tell(steps []step) {
	s.t.Helper()
	for _, st := range steps {
		a := s.do(st.as, st.call)
		if got := result(a); got != st.want {
			s.t.Errorf("%s %s\n got %q\nwant %q", st.as, st.call, got, st.want)
		}
		for _, text := range strings.Split(st.has, " … ") {
			if !strings.Contains(flat(a), text) {
				s.t.Errorf("%s %s: answer lacks %q:\n%s", st.as, st.call, text, brief(a))
			}
		}
		if st.not != "" && strings.Contains(flat(a), st.not) {
			s.t.Errorf("%s %s: answer holds %q:\n%s", st.as, st.call, st.not, brief(a))
		}
	}
}
