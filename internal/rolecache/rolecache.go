// Package rolecache keeps the credentials of roles in files between the runs of
// commands, so that who has typed a code of an MFA device is not asked for the next one
// a minute later.
//
//	DIR/5f0c….json    0600    {"accessKeyId": "ASIA…", …, "kept": …, "expires": …}
//	DIR/5f0c….lock    0600    empty; held while somebody gets new ones
//
// The name is a digest of all that decides whose credentials they are ([ID]). DIR has
// mode 0700 and belongs to the user. A directory or file that others could have written
// or can read, that is a link, damaged or too old is as if it were not there: what is
// kept here saves a call, and nothing depends on it.
package rolecache

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/daypass/daypass/credentials"
)

// Limits of what is kept.
const (
	maxFile = 64 << 10       // bytes of a file
	maxLife = 13 * time.Hour // of what is kept; a role's session lasts 12 at most
	early   = 15 * time.Minute
	patient = 30 * time.Second // with another process that is getting new ones
)

// Dir is a directory with credentials of roles.
type Dir struct {
	path string
	now  func() time.Time
}

// At returns the directory of a path. It is made when there is something to keep.
func At(path string) *Dir { return &Dir{path, time.Now} }

// ID returns the name of what all the parts decide.
func ID(parts ...string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return hex.EncodeToString(sum[:])
}

// Keep returns a provider of the credentials that are kept as id, and of those of p
// when there are none that last: for another 15 minutes, or a quarter of their time
// when that is less. Those that p answers are kept. When p fails, what is kept and has
// not expired is still good.
func (d *Dir) Keep(id string, p credentials.Provider) credentials.Provider {
	return credentials.ProviderFunc(func(ctx context.Context) (credentials.Credentials, error) {
		root, err := d.open()
		if err != nil {
			return p.Retrieve(ctx)
		}
		defer root.Close()
		if k := d.read(root, id); k.lasts(d.now()) {
			return k.credentials(), nil
		}
		defer lock(ctx, root, id+".lock")()
		k := d.read(root, id) // another process may have got new ones
		if k.lasts(d.now()) {
			return k.credentials(), nil
		}
		c, err := p.Retrieve(ctx)
		if err != nil && k != nil && ctx.Err() == nil {
			return k.credentials(), nil
		}
		if err == nil && !c.Expires.IsZero() {
			_ = d.write(root, id, c) // what cannot be kept is good all the same
			d.sweep(root)
		}
		return c, err
	})
}

// Forget drops what is kept as id, as after a service said that it is no longer good,
// and reports whether there was something.
func (d *Dir) Forget(id string) bool {
	root, err := d.open()
	if err != nil {
		return false
	}
	defer root.Close()
	return root.Remove(id+".json") == nil
}

// kept is the text of a file.
type kept struct {
	AccessKeyID     string    `json:"accessKeyId"`
	SecretAccessKey string    `json:"secretAccessKey"`
	SessionToken    string    `json:"sessionToken"`
	Account         string    `json:"account,omitempty"`
	Source          string    `json:"source,omitempty"`
	Kept            time.Time `json:"kept"`
	Expires         time.Time `json:"expires"`
}

func (k *kept) credentials() credentials.Credentials {
	return credentials.Credentials{
		AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, SessionToken: k.SessionToken,
		Expires: k.Expires, Account: k.Account, Source: k.Source,
	}
}

// lasts reports whether there is enough left of the time of credentials.
func (k *kept) lasts(now time.Time) bool {
	return k != nil && k.Expires.Sub(now) > min(early, k.Expires.Sub(k.Kept)/4)
}

// open opens the directory, which it makes if need be.
func (d *Dir) open() (*os.Root, error) {
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return nil, err
	}
	info, err := os.Lstat(d.path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() || !mine(info) {
		return nil, fmt.Errorf("%s is not a directory of the user", d.path)
	}
	if !private(info) {
		if err := os.Chmod(d.path, 0o700); err != nil {
			return nil, err
		}
	}
	return os.OpenRoot(d.path)
}

// read returns what is kept as id and has not expired; nil when there is nothing.
func (d *Dir) read(root *os.Root, id string) *kept {
	name := id + ".json"
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || !mine(info) || !private(info) {
		return nil
	}
	f, err := root.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	k := new(kept)
	if err != nil || json.Unmarshal(text, k) != nil || k.AccessKeyID == "" || k.SecretAccessKey == "" || k.SessionToken == "" {
		return nil
	}
	now := d.now()
	if k.Kept.After(now.Add(time.Minute)) || !k.Expires.After(now) || k.Expires.Sub(k.Kept) > maxLife {
		return nil // of another clock
	}
	return k
}

// write keeps credentials: either all of them are in the file, or it is as it was.
func (d *Dir) write(root *os.Root, id string, c credentials.Credentials) error {
	text, err := json.Marshal(kept{c.AccessKeyID, c.SecretAccessKey, c.SessionToken, c.Account, c.Source, d.now().UTC(), c.Expires.UTC()})
	if err != nil {
		return err
	}
	temp := id + "." + rand.Text() + ".new"
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = root.Rename(temp, id+".json")
	}
	if err != nil {
		_ = root.Remove(temp)
	}
	return err
}
