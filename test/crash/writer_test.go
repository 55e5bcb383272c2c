package crash

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"

	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/process"
)

// writer makes one call after the other, on users of its own.
type writer struct {
	world    *world
	id       int
	random   *rand.Rand
	made     int // users, for their names
	answered int // calls

	users    []*user
	sessions []session
	requests []string // ids of calls that changed something, as answered
}

// user is what the answers say of a user.
type user struct {
	name  string
	now   state
	next  *state              // what a call may have made of it whose answer never came
	lives int                 // how often it was made
	dead  []sigv4.Credentials // keys that were deleted
	check bool                // something has happened since the last look
}

// state is what can be seen of a user.
type state struct {
	exists    bool
	life      int
	tag, text string // the value of the tag "t", the document of the policy "p"
	keys      []sigv4.Credentials
	strangers int // keys whose secret never arrived
}

type session struct {
	credentials sigv4.Credentials
	user        *user
	life        int // of the user
}

// with returns the state with a change.
func (s state) with(change func(*state)) state {
	s.keys = slices.Clone(s.keys)
	change(&s)
	return s
}

// write makes calls until one gets no answer.
func (wr *writer) write() {
	for wr.step() {
	}
}

// step makes one call on some user, and reports whether it was answered.
func (wr *writer) step() bool {
	u := wr.pick()
	u.check = true
	switch s := u.now; {
	case !s.exists:
		u.lives++
		return wr.change(u, func(s *state) { s.exists, s.life = true, u.lives }, "CreateUser", "UserName", u.name)
	case len(s.keys)+s.strangers == 0, len(s.keys)+s.strangers == 1 && wr.random.IntN(4) == 0:
		return wr.createKey(u)
	}
	switch wr.random.IntN(12) {
	case 0, 1, 2:
		v := fmt.Sprint("v", wr.random.Uint32())
		return wr.change(u, func(s *state) { s.tag = v }, "TagUser", "UserName", u.name,
			"Tags.member.1.Key", "t", "Tags.member.1.Value", v)
	case 3, 4, 5:
		text := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b%d/*"}]}`, wr.random.Uint32())
		return wr.change(u, func(s *state) { s.text = text }, "PutUserPolicy", "UserName", u.name, "PolicyName", "p", "PolicyDocument", text)
	case 6:
		return wr.issue(u)
	case 7, 8:
		return wr.remove(u)
	}
	return wr.deleteKey(u)
}

// pick returns a user to work on: a new one, or one of the last few.
func (wr *writer) pick() *user {
	if len(wr.users) == 0 || wr.random.IntN(5) == 0 {
		wr.made++
		wr.users = append(wr.users, &user{name: fmt.Sprintf("w%d-u%d", wr.id, wr.made)})
	}
	few := wr.users[max(0, len(wr.users)-8):]
	return few[wr.random.IntN(len(few))]
}

// change makes a call that is to change the user so.
func (wr *writer) change(u *user, change func(*state), action string, params ...string) bool {
	next := u.now.with(change)
	u.next = &next
	if _, ok := wr.call(action, params...); !ok {
		return false
	}
	u.now, u.next = next, nil
	return true
}

// call makes a call as root. It reports false when there was no answer; one
// that refuses the call fails the test.
func (wr *writer) call(action string, params ...string) (process.Answer, bool) {
	w := wr.world
	a, err := process.Call(w.t.Context(), w.client, w.p.URL, process.Root, "iam", action, params...)
	if err != nil || w.mayFail && a.Status >= 500 {
		return a, false
	}
	if !a.OK() {
		w.t.Errorf("%s %v is answered %d: %s", action, params, a.Status, a.Body)
		return a, false
	}
	wr.answered++
	wr.requests = append(wr.requests, a.Header.Get("X-Amzn-Requestid"))
	return a, true
}

func (wr *writer) createKey(u *user) bool {
	next := u.now.with(func(s *state) { s.strangers++ })
	u.next = &next
	a, ok := wr.call("CreateAccessKey", "UserName", u.name)
	if !ok {
		return false
	}
	u.now, u.next = u.now.with(func(s *state) { s.keys = append(s.keys, a.Credentials()) }), nil
	return true
}

func (wr *writer) deleteKey(u *user) bool {
	if len(u.now.keys) == 0 {
		return true
	}
	k := u.now.keys[0]
	ok := wr.change(u, func(s *state) { s.keys = s.keys[1:] }, "DeleteAccessKey", "UserName", u.name, "AccessKeyId", k.AccessKeyID)
	if ok {
		u.dead = append(u.dead, k)
	}
	return ok
}

// remove takes away what the user has, and then the user.
func (wr *writer) remove(u *user) bool {
	if u.now.strangers > 0 {
		return true // their ids never arrived
	}
	for len(u.now.keys) > 0 {
		if !wr.deleteKey(u) {
			return false
		}
	}
	if u.now.text != "" && !wr.change(u, func(s *state) { s.text = "" }, "DeleteUserPolicy", "UserName", u.name, "PolicyName", "p") {
		return false
	}
	return wr.change(u, func(s *state) { *s = state{} }, "DeleteUser", "UserName", u.name)
}

// issue gets session credentials with a key of the user.
func (wr *writer) issue(u *user) bool {
	if len(u.now.keys) == 0 {
		return true
	}
	w := wr.world
	a, err := process.Call(w.t.Context(), w.client, w.p.URL, u.now.keys[0], "sts", "GetSessionToken")
	if err != nil || w.mayFail && a.Status >= 500 {
		return false
	}
	if !a.OK() {
		w.t.Errorf("GetSessionToken of %s is answered %d: %s", u.name, a.Status, a.Body)
		return false
	}
	wr.answered++
	wr.requests = append(wr.requests, a.Header.Get("X-Amzn-Requestid"))
	wr.sessions = append(wr.sessions, session{a.Credentials(), u, u.now.life})
	return true
}

// check compares the users that were worked on with what the answers said, and
// notes what has become of the calls that got none.
func (wr *writer) check() {
	t := wr.world.t
	for _, u := range wr.users {
		if !u.check && wr.random.IntN(20) > 0 {
			continue // nothing happened; a few are looked at again
		}
		u.check = false
		got, ids := wr.look(u)
		want := u.now
		if u.next != nil && !want.like(got, ids) {
			want = *u.next
		}
		if !want.like(got, ids) {
			t.Errorf("%s is %+v with keys %v after the kill, was answered to be %+v, may be %+v", u.name, got, ids, u.now, u.next)
			continue
		}
		u.now, u.next = want, nil
		for _, k := range want.keys {
			wr.works(k, userARN(u.name))
		}
		for _, k := range u.dead {
			wr.refused(k)
		}
	}
	for _, s := range wr.sessions[max(0, len(wr.sessions)-20):] {
		if s.user.now.life == s.life {
			wr.works(s.credentials, userARN(s.user.name))
		} else {
			wr.refused(s.credentials)
		}
	}
}

// like reports whether what was seen of a user is this state.
func (s state) like(seen state, ids []string) bool {
	if s.exists != seen.exists || s.tag != seen.tag || s.text != seen.text || len(ids) != len(s.keys)+s.strangers {
		return false
	}
	return !slices.ContainsFunc(s.keys, func(k sigv4.Credentials) bool { return !slices.Contains(ids, k.AccessKeyID) })
}

// look reads what there is of a user, and the ids of its keys.
func (wr *writer) look(u *user) (s state, ids []string) {
	a, ok := wr.read("GetUser", "UserName", u.name)
	if s.exists = ok; !ok {
		return s, nil
	}
	s.tag = a.Text("Value")
	if a, ok = wr.read("GetUserPolicy", "UserName", u.name, "PolicyName", "p"); ok {
		s.text, _ = url.PathUnescape(a.Text("PolicyDocument"))
	}
	a, _ = wr.read("ListAccessKeys", "UserName", u.name)
	var list struct {
		Keys []string `xml:"ListAccessKeysResult>AccessKeyMetadata>member>AccessKeyId"`
	}
	if err := xml.Unmarshal([]byte(a.Body), &list); err != nil {
		wr.world.t.Errorf("the keys of %s: %v in %s", u.name, err, a.Body)
	}
	return s, list.Keys
}

// read makes a call that may find nothing.
func (wr *writer) read(action string, params ...string) (process.Answer, bool) {
	w := wr.world
	a, err := process.Call(w.t.Context(), w.client, w.p.URL, process.Root, "iam", action, params...)
	if err != nil || !a.OK() && !strings.Contains(a.Body, "NoSuchEntity") {
		w.t.Errorf("%s %v: %v, %d: %s", action, params, err, a.Status, a.Body)
	}
	return a, a.OK()
}

func (wr *writer) works(c sigv4.Credentials, arn string) {
	w := wr.world
	a, err := process.Call(w.t.Context(), w.client, w.p.URL, c, "sts", "GetCallerIdentity")
	if err != nil || a.Text("Arn") != arn {
		w.t.Errorf("GetCallerIdentity with %s, whose answer was %s: %v, %d: %s", c.AccessKeyID, arn, err, a.Status, a.Body)
	}
}

func (wr *writer) refused(c sigv4.Credentials) {
	w := wr.world
	a, err := process.Call(w.t.Context(), w.client, w.p.URL, c, "sts", "GetCallerIdentity")
	if err != nil || a.Status != 403 || !strings.Contains(a.Body, "InvalidClientTokenId") {
		w.t.Errorf("GetCallerIdentity with %s, which was deleted: %v, %d: %s", c.AccessKeyID, err, a.Status, a.Body)
	}
}
