package installation

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/store"
)

// Root is an account with an access key of its root user.
type Root struct {
	Account     string
	AccessKeyID string
	Secret      secret.String
}

// firstMeta names the installation's first account in its meta table.
const firstMeta = "first-account"

// rootKeyMeta names the root key that the environment set, so that a new one
// takes its place.
const rootKeyMeta = "root-key"

var (
	keyIDForm  = regexp.MustCompile(`^\w{16,128}$`)
	secretForm = regexp.MustCompile(`^[!-~]{8,128}$`)
)

// EnsureFirstAccount makes the first account, unless there is one. want's
// fields are what the operator asks for; empty ones are made up. Root
// credentials that are made up go to the credentials file, and Root.Secret is
// empty when they exist already. A want that contradicts the database fails.
func (in *Installation) EnsureFirstAccount(ctx context.Context, want Root) (got Root, err error) {
	if err := want.Check(); err != nil {
		return got, err
	}
	err = in.DB.Update(ctx, func(tx *store.Tx) error {
		got = want
		first, err := tx.Meta(firstMeta)
		if errors.Is(err, store.ErrNotFound) {
			return in.createFirst(tx, &got)
		}
		if err != nil {
			return err
		}
		if want.Account != "" && want.Account != first {
			return fmt.Errorf("DAYPASS_ACCOUNT_ID is %s, but the first account of this database is %s", want.Account, first)
		}
		got.Account = first
		if want.AccessKeyID == "" {
			return nil
		}
		return in.setRootKey(tx, got)
	})
	if err != nil {
		return Root{}, fmt.Errorf("making the first account: %w", err)
	}
	return got, nil
}

// Check reports what an operator got wrong in r.
func (r Root) Check() error {
	switch {
	case r.Account != "" && !iam.IsAccountID(r.Account):
		return fmt.Errorf("DAYPASS_ACCOUNT_ID is %q, which is not 12 digits", r.Account)
	case (r.AccessKeyID == "") != r.Secret.Empty():
		return errors.New("DAYPASS_ROOT_ACCESS_KEY_ID and DAYPASS_ROOT_SECRET_ACCESS_KEY go together: set both or neither")
	case r.AccessKeyID != "" && !keyIDForm.MatchString(r.AccessKeyID):
		return errors.New("DAYPASS_ROOT_ACCESS_KEY_ID must be 16 to 128 letters, digits or underscores")
	case !r.Secret.Empty() && !secretForm.MatchString(r.Secret.Reveal()):
		return errors.New("DAYPASS_ROOT_SECRET_ACCESS_KEY must be 8 to 128 printable characters without spaces")
	}
	return nil
}

func (in *Installation) createFirst(tx *store.Tx, r *Root) error {
	if r.Account == "" {
		r.Account = iam.NewAccountID()
	}
	if err := tx.CreateAccount(iam.Account{ID: r.Account, Name: "first", Created: in.cfg.Now()}); err != nil {
		return err
	}
	if err := tx.SetMeta(firstMeta, r.Account); err != nil {
		return err
	}
	if r.AccessKeyID != "" {
		return in.setRootKey(tx, *r)
	}
	return in.makeRootKey(tx, r, "daypass-root")
}

// makeRootKey gives the account a root key and writes it to the credentials
// file before the transaction commits: a key that nobody has would be of no
// use, one too many in the file does no harm.
func (in *Installation) makeRootKey(tx *store.Tx, r *Root, profile string) error {
	r.AccessKeyID, r.Secret = iam.NewKeyID(iam.KeyPrefix, r.Account), secret.New(iam.NewSecret())
	if err := in.storeRootKey(tx, *r); err != nil {
		return err
	}
	return addProfile(in.CredentialsFile(), profile, r.AccessKeyID, r.Secret, in.cfg.Region)
}

// setRootKey makes r's key the one that the environment set.
func (in *Installation) setRootKey(tx *store.Tx, r Root) error {
	before, err := tx.Meta(rootKeyMeta)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	for _, id := range slices.Compact([]string{before, r.AccessKeyID}) {
		k, err := tx.AccessKey(id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if k.Account != r.Account || k.UserID != "" {
			return errors.New("DAYPASS_ROOT_ACCESS_KEY_ID is already the key of another principal")
		}
		if id == r.AccessKeyID && in.holds(k, r.Secret) {
			return nil // as it was at the last start
		}
		if err := tx.DeleteAccessKey(k); err != nil {
			return err
		}
	}
	if err := tx.SetMeta(rootKeyMeta, r.AccessKeyID); err != nil {
		return err
	}
	return in.storeRootKey(tx, r)
}

// holds reports whether k is usable and its secret is want.
func (in *Installation) holds(k iam.AccessKey, want secret.String) bool {
	plain, err := in.Vault.Open(k.Sealed, facts.SecretContext(k.ID))
	return err == nil && k.Status == iam.Active && secret.New(string(plain)).Equal(want)
}

func (in *Installation) storeRootKey(tx *store.Tx, r Root) error {
	return tx.CreateAccessKey(iam.AccessKey{
		ID: r.AccessKeyID, Account: r.Account, Status: iam.Active, Created: in.cfg.Now(),
		Sealed: in.Vault.Seal([]byte(r.Secret.Reveal()), facts.SecretContext(r.AccessKeyID)),
	})
}

// CreateAccount adds an account, with a random id when id is "", and puts its
// root credentials into the credentials file as profile daypass-root-<id>.
func (in *Installation) CreateAccount(ctx context.Context, id, name string) (Root, error) {
	r := Root{Account: id}
	if err := r.Check(); err != nil {
		return r, fmt.Errorf("account id %q is not 12 digits", id)
	}
	err := in.DB.Update(ctx, func(tx *store.Tx) error {
		if r.Account = id; id == "" {
			r.Account = iam.NewAccountID()
		}
		err := tx.CreateAccount(iam.Account{ID: r.Account, Name: name, Created: in.cfg.Now()})
		if errors.Is(err, store.ErrExists) {
			return fmt.Errorf("account %s exists already", r.Account)
		}
		if err != nil {
			return err
		}
		return in.makeRootKey(tx, &r, "daypass-root-"+r.Account)
	})
	return r, err
}

// AccountInfo describes an account.
type AccountInfo struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

// Accounts lists the accounts, ordered by id.
func (in *Installation) Accounts(ctx context.Context) (infos []AccountInfo, err error) {
	err = in.DB.View(ctx, func(tx *store.Tx) error {
		accounts, err := tx.Accounts()
		for _, a := range accounts {
			infos = append(infos, AccountInfo{a.ID, a.Name, a.Created})
		}
		return err
	})
	return infos, err
}

// CredentialsFile is where root credentials that were made here are kept.
func (in *Installation) CredentialsFile() string { return filepath.Join(in.cfg.Dir, "credentials") }
