package store_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/test/postgres"
)

func newVault(t *testing.T) *keys.Vault {
	t.Helper()
	master, err := keys.ParseMaster(keys.NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	v, err := keys.NewVault(master)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// everyTable puts something into every table that a backup holds.
func everyTable(t *testing.T, db *store.DB) {
	t.Helper()
	withAccount(t, db)
	update(t, db, func(tx *store.Tx) error {
		u, r, g, p := user("Dana"), role("App"), group("Ops"), managed("Read")
		p.Description = "quotes \" ' \\, lines\r\n, \u2028, \x01 and 🔑"
		key := iam.AccessKey{ID: iam.NewKeyID(iam.KeyPrefix, acct), Account: acct, UserID: u.ID, Status: iam.Active, Created: t0, Sealed: []byte{0, 1, 0xFF, '\n'}}
		dead := key
		dead.ID = iam.NewKeyID(iam.KeyPrefix, acct)
		return errors.Join(
			tx.CreateUser(u), tx.CreateRole(r), tx.CreateGroup(g), tx.CreatePolicy(p, `{"a":1}`), tx.AddMember(g, u),
			tx.PutInlinePolicy(store.OwnerUser(u), iam.InlinePolicy{Name: "in", Document: "{}"}),
			tx.Attach(store.OwnerRole(r), iam.Attachment{ARN: p.ARN, Name: p.Name}),
			tx.CreateInstanceProfile(iam.InstanceProfile{ID: iam.NewID(iam.InstanceProfilePrefix, acct), Account: acct, Path: "/", Name: "Web", Created: t0, RoleID: r.ID}),
			tx.CreateAccessKey(key), tx.CreateAccessKey(dead), tx.DeleteAccessKey(dead),
			tx.CreateLoginProfile(u, iam.LoginProfile{UserID: u.ID, Created: t0, Hash: []byte{}}),
			tx.SetAccountSetting(acct, "name", "value"), tx.SetMeta("name", ""),
			tx.PutKeyRing(store.KeyRow{Purpose: "token", ID: 7, Created: t0, Sealed: []byte("sealed")}),
			tx.UseOnce("mfa", "code", t0, t0.Add(time.Hour)),
			tx.CreateSAMLProvider(iam.SAMLProvider{ARN: "arn:saml", Account: acct, Name: "Corp", UUID: "SAMLSP1", Created: t0, ValidUntil: t0.AddDate(100, 0, 0), Metadata: "<x/>"}),
			tx.AddSAMLKey(iam.SAMLKey{ID: "K1", Account: acct, Provider: "arn:saml", Created: t0, Sealed: []byte("sealed")}),
			tx.CreateOIDCProvider(iam.OIDCProvider{ARN: "arn:oidc", Account: acct, URL: "idp.example.com", Created: t0, Clients: []string{"app"}}),
			tx.CreateMFADevice(iam.MFADevice{Serial: "arn:mfa", Account: acct, Path: "/", Name: "Phone", Created: t0, Holder: u.ID, Enabled: t0, Drift: -1, Sealed: []byte("sealed")}),
			everyTrailTable(tx),
		)
	})
	db.MarkUsed(iam.Use{Account: acct, ID: "AKIAUSED", At: t0, Region: "eu-west-1", Service: "sts"})
	db.FlushMarks()
	for name, rows := range db.Contents(t) {
		if len(rows) == 0 {
			t.Fatalf("there is nothing in the table %s: have everyTable put something there", name)
		}
	}
}

func backup(t *testing.T, db *store.DB, v store.Vault) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := db.Backup(t.Context(), &b, v, t0); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func restore(t *testing.T, db *store.DB, from []byte, v store.Vault, replace bool) error {
	t.Helper()
	dir := t.TempDir()
	b, err := store.ReadBackup(t.Context(), dir, bytes.NewReader(from), v)
	if err == nil {
		err = errors.Join(db.Restore(t.Context(), b, replace), b.Close())
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("a restore that ended with %v has left %v", err, left)
	}
	return err
}

// restored is what becomes of contents that are restored: chains of digests end.
func restored(contents map[string][]string) map[string][]string {
	contents["trail_digest"] = nil
	return contents
}

func emptySQLite(t *testing.T) *store.DB {
	return openConfig(t, store.Config{Dir: t.TempDir(), Ephemeral: true})
}

func TestABackupRestoresIntoEitherDatabase(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		v, from := newVault(t), open()
		everyTable(t, from)
		want := restored(from.Contents(t))
		file := backup(t, from, v)
		for _, to := range []struct {
			name string
			db   func(t *testing.T) *store.DB
		}{
			{"to sqlite", emptySQLite},
			{"to postgres", func(t *testing.T) *store.DB {
				return openConfig(t, store.Config{URL: postgres.Start(t).FreshDatabase(t)})
			}},
		} {
			t.Run(to.name, func(t *testing.T) {
				db := to.db(t)
				if err := restore(t, db, file, v, false); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, db.Contents(t)); diff != "" {
					t.Errorf("what was restored is not what was backed up (-want +got):\n%s", diff)
				}
				update(t, db, func(tx *store.Tx) error { return tx.CreateUser(user("later")) })
			})
		}
	})
}

func TestARestoreReplacesEverythingButWhatWasUsedOnce(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		v, db := newVault(t), open()
		everyTable(t, db)
		want := restored(db.Contents(t))
		file := backup(t, db, v)
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.CreateUser(user("later")), tx.SetMeta("name", "other"), tx.UseOnce("mfa", "later", t0, t0.Add(time.Hour)))
		})
		if err := restore(t, db, file, v, false); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("a restore over a database that is not empty: %v, want ErrNotEmpty", err)
		}
		view(t, db, func(tx *store.Tx) error { _, err := tx.User(acct, "later"); return err })
		if err := restore(t, db, file, v, true); err != nil {
			t.Fatal(err)
		}
		got := db.Contents(t)
		if len(got["used_once"]) != 2 {
			t.Errorf("what was used once is %v after the restore: it could be used again", got["used_once"])
		}
		delete(got, "used_once")
		delete(want, "used_once")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("what was restored is not what was backed up (-want +got):\n%s", diff)
		}
	})
}

func TestARestoreIsSeenByOtherProcesses(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		v, db, other := newVault(t), open(), open()
		everyTable(t, db)
		file := backup(t, db, v)
		if err := other.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		var told, here []store.Change
		other.Subscribe(func(c []store.Change) { told = append(told, c...) })
		db.Subscribe(func(c []store.Change) { here = append(here, c...) })
		if err := restore(t, db, file, v, true); err != nil {
			t.Fatal(err)
		}
		if err := other.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := []store.Change{{Kind: store.Everything}}
		if diff := cmp.Diff([][]store.Change{want, want}, [][]store.Change{here, told}); diff != "" {
			t.Errorf("changes told here and there (-want +got):\n%s", diff)
		}
	})
}

// lines are those of a backup, and pack makes a file of some.
func lines(t *testing.T, file []byte) []string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
}

func pack(t *testing.T, lines []string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, strings.Join(lines, "")+"\n"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestADamagedBackupChangesNothing(t *testing.T) {
	v, from := newVault(t), emptySQLite(t)
	everyTable(t, from)
	want := restored(from.Contents(t))
	file := backup(t, from, v)
	whole := lines(t, file)
	to := emptySQLite(t)
	if err := restore(t, to, file, v, false); err != nil {
		t.Fatal(err)
	}
	try := func(what string, damaged []byte) {
		t.Helper()
		err := restore(t, to, damaged, v, true)
		// Not all bytes of a gzip header mean something.
		if diff := cmp.Diff(want, to.Contents(t)); diff != "" {
			t.Errorf("%s: after %v there is something else (-want +got):\n%s", what, err, diff)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line", what, err)
		}
	}
	for i := range file {
		if i < 20 || i%41 == 0 {
			damaged := bytes.Clone(file)
			damaged[i] ^= 1 << (i % 8)
			try(fmt.Sprintf("byte %d altered", i), damaged)
		}
	}
	refused := func(what string, damaged []byte) {
		t.Helper()
		if err := restore(t, to, damaged, v, true); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v, want ErrDamaged", what, err)
		}
	}
	for n := 0; n < len(file); n += 211 {
		refused(fmt.Sprintf("cut to %d bytes", n), file[:n])
	}
	refused("another file after it", append(bytes.Clone(file), file...))
	refused("something after it", append(bytes.Clone(file), '\n'))
	refused("without its end", pack(t, whole[:len(whole)-1]))
	refused("a line left out", pack(t, append(append([]string{}, whole[:2]...), whole[3:]...)))
	refused("no backup at all", pack(t, []string{"{}\n", "{}"}))
	refused("an endless line", pack(t, []string{whole[0], "[\"" + strings.Repeat("x", 20<<20)}))

	// Who lacks the master key can repair the checksum after an alteration, and
	// not the proof.
	forged := append([]string{}, whole...)
	for i, line := range forged {
		forged[i] = strings.ReplaceAll(line, `"Dana"`, `"Mallory"`)
	}
	sum := sha256.Sum256([]byte(strings.Join(forged[:len(forged)-1], "")))
	_, rest, _ := strings.Cut(forged[len(forged)-1], `","proof"`)
	head, _, _ := strings.Cut(forged[len(forged)-1], `"sha256"`)
	forged[len(forged)-1] = head + `"sha256":"` + hex.EncodeToString(sum[:]) + `","proof"` + rest
	refused("altered, with the right checksum", pack(t, forged))
}

func TestABackupOfAnotherKeyOrALaterVersionIsRefused(t *testing.T) {
	v, from := newVault(t), emptySQLite(t)
	everyTable(t, from)
	whole := lines(t, backup(t, from, v))
	head := func(old, with string) []byte {
		if !strings.Contains(whole[0], old) {
			t.Fatalf("%s is not in %s", old, whole[0])
		}
		return pack(t, append([]string{strings.Replace(whole[0], old, with, 1)}, whole[1:]...))
	}
	schema := store.Schema()
	tests := []struct {
		name  string
		file  []byte
		vault store.Vault
		want  string
	}{
		{"another master key", pack(t, whole), newVault(t), "the backup was made under another master key"},
		{
			"a later schema", head(fmt.Sprintf(`"schema":%d`, schema), `"schema":99,"later":true`), v,
			fmt.Sprintf("the backup has schema version 99, and this daypass knows versions up to %d: use a newer daypass", schema),
		},
		{
			"a later format", head(`"daypass-backup":1`, `"daypass-backup":2`), v,
			"the backup has format 2, and this daypass knows formats up to 1: use a newer daypass",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			to := emptySQLite(t)
			if err := restore(t, to, tt.file, tt.vault, false); err == nil || err.Error() != tt.want {
				t.Errorf("restoring: %v, want %q", err, tt.want)
			}
			if empty, err := to.Empty(t.Context()); err != nil || !empty {
				t.Errorf("the database is empty: %v, %v", empty, err)
			}
		})
	}
}

func TestABackupOfAnOlderSchemaIsMigrated(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		v, from := newVault(t), emptySQLite(t)
		everyTable(t, from)
		want := restored(from.Contents(t))
		later := []string{
			"used_once", "saml_provider", "saml_key", "oidc_provider", "mfa_device",
			"trail", "trail_status", "trail_cursor", "trail_file", "trail_digest", "trail_key",
		}
		for _, table := range later {
			delete(want, table)
		}
		var file bytes.Buffer
		if err := from.BackupOfSchema(t.Context(), &file, v, 2); err != nil {
			t.Fatal(err)
		}
		to := open()
		if err := restore(t, to, file.Bytes(), v, false); err != nil {
			t.Fatal(err)
		}
		got := to.Contents(t)
		for _, table := range later {
			if n := len(got[table]); n != 0 {
				t.Errorf("%s has %d rows", table, n)
			}
			delete(got, table)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("what was restored is not what was backed up (-want +got):\n%s", diff)
		}
	})
}

func TestABackupUnderLoadIsOneMoment(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		v, db := newVault(t), open()
		withAccount(t, db)
		ctx, stop := context.WithCancel(t.Context())
		var made atomic.Int64
		var writers sync.WaitGroup
		for range 4 {
			writers.Go(func() {
				for ctx.Err() == nil {
					err := db.Update(t.Context(), func(tx *store.Tx) error {
						u := user(fmt.Sprintf("u-%s", iam.NewID(iam.UserPrefix, acct)))
						k := iam.AccessKey{ID: iam.NewKeyID(iam.KeyPrefix, acct), Account: acct, UserID: u.ID, Status: iam.Active, Created: t0, Sealed: []byte("x")}
						return errors.Join(tx.CreateUser(u), tx.CreateAccessKey(k))
					})
					if err != nil {
						t.Error(err)
						return
					}
					made.Add(1)
				}
			})
		}
		for made.Load() < 20 {
			time.Sleep(time.Millisecond)
		}
		before := made.Load()
		file := backup(t, db, v)
		stop()
		writers.Wait()

		to := emptySQLite(t)
		if err := restore(t, to, file, v, false); err != nil {
			t.Fatal(err)
		}
		got := to.Contents(t)
		users, keys := int64(len(got["iam_user"])), int64(len(got["access_key"]))
		if users != keys || users < before {
			t.Errorf("the backup has %d users and %d keys, want as many of both, and the %d that were there before", users, keys, before)
		}
	})
}

func TestABackupThatCannotBeWrittenFails(t *testing.T) {
	v, db := newVault(t), emptySQLite(t)
	everyTable(t, db)
	_, err := db.Backup(t.Context(), failing{}, v, t0)
	if err == nil || !strings.Contains(err.Error(), "writing the backup: no room") {
		t.Errorf("a backup that cannot be written ends with %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no room") }
