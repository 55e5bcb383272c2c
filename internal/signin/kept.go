package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/daypass/daypass/internal/filelock"
)

// Kept is a sign-in in a file of mode 0600: what it is for, and what it gave.
// It holds secrets.
type Kept struct {
	Issuer      string   `json:"issuer"`
	ClientID    string   `json:"clientId"`
	Scopes      []string `json:"scopes,omitempty"`
	RoleARN     string   `json:"roleArn"`
	SessionName string   `json:"sessionName,omitempty"`
	Seconds     int32    `json:"durationSeconds,omitempty"`
	Endpoint    string   `json:"endpointUrl,omitempty"` // of the service that gives credentials
	Region      string   `json:"region"`
	CABundle    string   `json:"caBundle,omitempty"`

	Subject string `json:"subject,omitempty"`
	Refresh string `json:"refreshToken,omitempty"`

	AccessKeyID     string    `json:"accessKeyId,omitempty"`
	SecretAccessKey string    `json:"secretAccessKey,omitempty"`
	SessionToken    string    `json:"sessionToken,omitempty"`
	Expires         time.Time `json:"expires,omitzero"`
}

// ErrNone says that there is no sign-in of the name.
var ErrNone = errors.New("nobody has signed in")

const maxKept = 1 << 20 // bytes of the file

// Load reads a sign-in; [ErrNone] when there is none.
func Load(name string) (*Kept, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKept))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	k := new(Kept)
	if err := json.Unmarshal(text, k); err != nil {
		return nil, fmt.Errorf("%s is damaged: sign in again", name)
	}
	return k, nil
}

// Store writes the sign-in: either all of it is in the file, or the file is as
// it was.
func (k *Kept) Store(name string) error {
	text, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".signin-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", name, err), os.Remove(f.Name()))
	}
	return nil
}

// lockWait is between attempts at a lock that another process holds.
const lockWait = 50 * time.Millisecond

// Locked runs f while no other process does for the same file: a refresh token
// may be good for one use.
func Locked(ctx context.Context, name string, f func() error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(name+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	for {
		ok, err := filelock.Try(lock)
		if err != nil {
			return fmt.Errorf("locking %s: %w", name, err)
		}
		if ok {
			return f()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for another process that renews %s: %w", name, ctx.Err())
		case <-time.After(lockWait):
		}
	}
}
