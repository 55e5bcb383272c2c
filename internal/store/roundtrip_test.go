package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

func TestEverythingComesBackAsItWasStored(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		u, r, g, p := user("Dana"), role("App"), group("Ops"), managed("Read")
		u.Boundary = p.ARN
		key := iam.AccessKey{ID: iam.NewKeyID(iam.KeyPrefix, acct), Account: acct, UserID: u.ID, Status: iam.Active, Created: t0, Sealed: []byte{0, 1, 0xFF}}
		rootKey := iam.AccessKey{ID: iam.NewKeyID(iam.KeyPrefix, acct), Account: acct, Status: iam.Inactive, Created: t0, Sealed: []byte("x")}
		profile := iam.InstanceProfile{ID: iam.NewID(iam.InstanceProfilePrefix, acct), Account: acct, Path: "/", Name: "Web", Created: t0, RoleID: r.ID}
		login := iam.LoginProfile{UserID: u.ID, Created: t0, ResetRequired: true, Hash: []byte("h")}
		inline := iam.InlinePolicy{Name: "in", Document: "{ \"ü\" }"}
		attached := iam.Attachment{ARN: p.ARN, Name: p.Name}
		ring := store.KeyRow{Purpose: "token", ID: 7, Created: t0, Sealed: []byte("k")}
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(
				tx.CreateUser(u), tx.CreateRole(r), tx.CreateGroup(g), tx.AddMember(g, u), tx.AddMember(g, u),
				tx.CreatePolicy(p, "doc1"), tx.CreateAccessKey(key), tx.CreateAccessKey(rootKey), tx.CreateInstanceProfile(profile),
				tx.CreateLoginProfile(u, login), tx.PutInlinePolicy(store.OwnerUser(u), inline), tx.Attach(store.OwnerUser(u), attached),
				tx.Attach(store.OwnerUser(u), attached), tx.Attach(store.OwnerRole(r), attached), tx.Attach(store.OwnerGroup(g), attached),
				tx.PutKeyRing(ring), tx.SetMeta("installation", "x"), tx.SetAccountSetting(acct, "s", "1"), tx.SetAccountSetting(acct, "s", "2"),
				tx.SetAccountAlias(acct, "acme"), tx.SetTokenVersion(acct, 2))
		})
		same := func(what string, got, want any, err error) {
			t.Helper()
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got)\n%s", what, err, diff)
			}
		}
		view(t, db, func(tx *store.Tx) error {
			a, err := tx.Account(acct)
			same("account", a, iam.Account{ID: acct, Name: "main", Alias: "acme", Created: t0, TokenVersion: 2}, err)
			gotUser, err := tx.User(acct, "dANA")
			same("user by name, ignoring case", gotUser, u, err)
			gotUser, err = tx.UserByID(u.ID)
			same("user by id", gotUser, u, err)
			gotRole, err := tx.Role(acct, "app")
			same("role", gotRole, r, err)
			gotRole, err = tx.RoleByID(r.ID)
			same("role by id", gotRole, r, err)
			gotGroup, err := tx.Group(acct, "OPS")
			same("group", gotGroup, g, err)
			gotGroup, err = tx.GroupByID(g.ID)
			same("group by id", gotGroup, g, err)
			groups, err := tx.GroupsOf(u.ID)
			same("groups of a user", groups, []iam.Group{g}, err)
			members, err := tx.Members(g.ID, store.Page{Limit: 9})
			same("members", members, []iam.User{u}, err)
			gotPolicy, err := tx.Policy(p.ARN)
			same("policy", gotPolicy, p, err)
			gotPolicy, err = tx.PolicyNamed(acct, "READ")
			same("policy by name", gotPolicy, p, err)
			doc, err := tx.PolicyDefaultDocument(p.ARN)
			same("document", doc, "doc1", err)
			gotKey, err := tx.AccessKey(key.ID)
			same("access key", gotKey, key, err)
			keys, err := tx.AccessKeysOf(acct, "")
			same("root's keys", keys, []iam.AccessKey{rootKey}, err)
			profiles, err := tx.InstanceProfilesOf(r.ID)
			same("profiles of a role", profiles, []iam.InstanceProfile{profile}, err)
			gotProfile, err := tx.InstanceProfile(acct, "WEB")
			same("profile", gotProfile, profile, err)
			gotLogin, err := tx.LoginProfile(u.ID)
			same("login profile", gotLogin, login, err)
			policies, err := tx.InlinePolicies(u.ID)
			same("inline policies", policies, []iam.InlinePolicy{inline}, err)
			attachments, err := tx.AttachedPolicies(u.ID)
			same("attachments", attachments, []iam.Attachment{attached}, err)
			n, err := tx.AttachmentCount(acct, p.ARN)
			same("attachment count", n, 3, err)
			n, err = tx.BoundaryCount(acct, p.ARN)
			same("boundary count", n, 1, err)
			e, err := tx.Attached(acct, p.ARN)
			same("attached entities", e, store.Entities{Users: []iam.User{u}, Groups: []iam.Group{g}, Roles: []iam.Role{r}}, err)
			e, err = tx.Bounded(acct, p.ARN)
			same("bounded entities", e, store.Entities{Users: []iam.User{u}}, err)
			rows, err := tx.KeyRing("token")
			same("key ring", rows, []store.KeyRow{ring}, err)
			meta, err := tx.Meta("installation")
			same("meta", meta, "x", err)
			setting, err := tx.AccountSetting(acct, "s")
			same("setting", setting, "2", err)
			return nil
		})
	})
}

func TestWhatIsAbsentIsErrNotFound(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		u, r, g, p := user("a"), role("a"), group("a"), managed("a")
		update(t, db, func(tx *store.Tx) error {
			_, e1 := tx.User(acct, "a")
			_, e2 := tx.UserByID(u.ID)
			_, e3 := tx.Role(acct, "a")
			_, e4 := tx.Group(acct, "a")
			_, e5 := tx.Policy(p.ARN)
			_, e6 := tx.AccessKey("AKIA")
			_, e7 := tx.PolicyDefaultDocument("arn:aws:iam::aws:policy/Nonexistent")
			_, e8 := tx.LoginProfile(u.ID)
			_, e9 := tx.InstanceProfile(acct, "a")
			_, e10 := tx.Account("000000000000")
			_, e11 := tx.LastUsed("AKIA")
			_, e12 := tx.Policy("not an arn")
			_, e13 := tx.Policy("arn:aws:iam::" + acct + ":role/x")
			for i, err := range []error{
				e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, e13,
				tx.UpdateUser(u, u), tx.DeleteUser(u), tx.UpdateRole(r, r), tx.DeleteRole(r), tx.UpdateGroup(g, g), tx.DeleteGroup(g),
				tx.RemoveMember(g, u), tx.DeletePolicy(p), tx.SetPolicyTags(p, nil), tx.SetDefaultVersion(p, 1, t0), tx.DeletePolicyVersion(p, 1),
				tx.DeleteInlinePolicy(store.OwnerUser(u), "x"), tx.Detach(store.OwnerUser(u), p.ARN),
				tx.SetAccessKeyStatus(iam.AccessKey{ID: "x"}, iam.Active), tx.DeleteAccessKey(iam.AccessKey{ID: "x"}),
				tx.UpdateLoginProfile(u, iam.LoginProfile{Hash: []byte{}}), tx.DeleteLoginProfile(u),
				tx.UpdateInstanceProfile(iam.InstanceProfile{ID: "x"}), tx.DeleteInstanceProfile(iam.InstanceProfile{ID: "x"}),
				tx.SetAccountAlias("000000000000", "x"), tx.DeleteAccountSetting(acct, "x"), tx.DeleteKeyRing("x", 1),
			} {
				if !errors.Is(err, store.ErrNotFound) {
					t.Errorf("check %d: got %v, want ErrNotFound", i, err)
				}
			}
			return nil
		})
	})
}

func TestPolicyARNsAreExact(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		update(t, db, func(tx *store.Tx) error { return tx.CreatePolicy(managed("Read"), "d") })
		for arn, found := range map[string]bool{
			"arn:aws:iam::" + acct + ":policy/p/Read":   true,
			"arn:aws:iam::" + acct + ":policy/p/read":   false,
			"arn:aws:iam::" + acct + ":policy/Read":     false,
			"arn:aws:iam::" + acct + ":policy/P/Read":   false,
			"arn:aws:iam::" + acct + ":policy/":         false,
			"arn:aws:iam:eu:" + acct + ":policy/p/Read": false,
			"arn:aws:iam::aws:policy/AWSDenyAll":        true,
			"arn:aws:iam::" + acct + ":policy":          false,
		} {
			view(t, db, func(tx *store.Tx) error {
				if _, err := tx.Policy(arn); (err == nil) != found {
					t.Errorf("Policy(%q): %v, want found %v", arn, err, found)
				}
				return nil
			})
		}
	})
}

func TestPolicyVersionsAreNumberedOnce(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		later := t0.Add(time.Hour)
		arn := managed("Read").ARN
		load := func(tx *store.Tx) iam.Policy {
			p, err := tx.Policy(arn)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		update(t, db, func(tx *store.Tx) error {
			if err := tx.CreatePolicy(managed("Read"), "one"); err != nil {
				return err
			}
			_, err := tx.AddPolicyVersion(load(tx), "two", false, later)
			return err
		})
		update(t, db, func(tx *store.Tx) error {
			if err := tx.DeletePolicyVersion(load(tx), 2); err != nil {
				return err
			}
			v, err := tx.AddPolicyVersion(load(tx), "three", true, later)
			if v.Number != 3 {
				t.Errorf("the version after v2, which was deleted, is v%d, want v3", v.Number)
			}
			return err
		})
		view(t, db, func(tx *store.Tx) error {
			p := load(tx)
			if p.Default != 3 || p.Latest != 3 || !p.Updated.Equal(later) {
				t.Errorf("policy = %+v, want v3 in force since %v", p, later)
			}
			versions, err := tx.PolicyVersions(p)
			want := []iam.PolicyVersion{{Number: 3, Document: "three", Created: later}, {Number: 1, Document: "one", Created: t0}}
			if diff := cmp.Diff(want, versions); diff != "" || err != nil {
				t.Errorf("versions: %v (-want +got)\n%s", err, diff)
			}
			if n, versions, err := tx.CountPolicies(acct); n != 1 || versions != 2 || err != nil {
				t.Errorf("CountPolicies = %d, %d, %v; want 1, 2", n, versions, err)
			}
			if doc, err := tx.PolicyDefaultDocument(arn); doc != "three" || err != nil {
				t.Errorf("document in force = %q, %v", doc, err)
			}
			return nil
		})
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.SetDefaultVersion(load(tx), 1, later), tx.DeletePolicy(load(tx)))
		})
	})
}
