package store

import (
	"fmt"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/totp"
)

const mfaColumns = "serial, account, path, name, created, holder, enabled, drift, accepted, guessed, sealed, tags"

func scanMFA(r scanner) (d iam.MFADevice, err error) {
	var created, enabled, drift, guessed int64
	var tags string
	if err = r.Scan(&d.Serial, &d.Account, &d.Path, &d.Name, &created, &d.Holder, &enabled, &drift, &d.Accepted, &guessed, &d.Sealed, &tags); err != nil {
		return d, err
	}
	d.Created, d.Enabled, d.Drift = fromMillis(created), fromMillis(enabled), int(drift)
	d.Forgiven = fromMillis(guessed)
	d.Tags, err = decodeTags(tags)
	return d, err
}

// CreateMFADevice adds a device; ErrExists if the account has one of the name.
func (tx *Tx) CreateMFADevice(d iam.MFADevice) error {
	tx.touch(MFADeviceChange, d.Account, d.Serial, d.Name)
	err := tx.insert("insert into mfa_device ("+mfaColumns+", fold) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing",
		d.Serial, d.Account, d.Path, d.Name, millis(d.Created), d.Holder, millis(d.Enabled), d.Drift, d.Accepted, millis(d.Forgiven), d.Sealed, encodeTags(d.Tags), iam.Fold(d.Name))
	return missing(err, "MFA device", d.Serial)
}

// MFADevice returns the device with exactly this serial number.
func (tx *Tx) MFADevice(serial string) (iam.MFADevice, error) {
	d, err := one(tx, scanMFA, "select "+mfaColumns+" from mfa_device where serial = $1", serial)
	return d, missing(err, "MFA device", serial)
}

// MFADevicesOf returns the devices of a holder, the oldest first.
func (tx *Tx) MFADevicesOf(holder string) ([]iam.MFADevice, error) {
	return list(tx, scanMFA, "select "+mfaColumns+" from mfa_device where holder = $1 and holder <> '' order by enabled, serial", holder)
}

// Held says which MFA devices of an account are meant. The zero value is all.
type Held int

// The devices that somebody has, and those that nobody has.
const (
	HeldOrNot Held = iota
	HeldOnly
	NotHeld
)

// MFADevices returns a page of the account's devices.
func (tx *Tx) MFADevices(account string, which Held, p Page) ([]iam.MFADevice, error) {
	held := map[Held]string{HeldOnly: " and holder <> ''", NotHeld: " and holder = ''"}[which]
	return list(tx, scanMFA, "select "+mfaColumns+" from mfa_device"+pageWhere+held+pageOrder, p.args(account)...)
}

// CountMFADevices returns how many devices the account has, and how many of
// them somebody has.
func (tx *Tx) CountMFADevices(account string) (all, held int, err error) {
	if all, err = tx.count("select count(*) from mfa_device where account = $1", account); err != nil {
		return 0, 0, err
	}
	held, err = tx.count("select count(*) from mfa_device where account = $1 and holder <> ''", account)
	return all, held, err
}

// UpdateMFADevice stores who has the device, since when, its drift, the step of
// its last code, when wrong ones are forgiven, and its tags.
func (tx *Tx) UpdateMFADevice(d iam.MFADevice) error {
	tx.touch(MFADeviceChange, d.Account, d.Serial, d.Name)
	err := tx.must("update mfa_device set holder = $2, enabled = $3, drift = $4, accepted = $5, guessed = $6, tags = $7 where serial = $1",
		d.Serial, d.Holder, millis(d.Enabled), d.Drift, d.Accepted, millis(d.Forgiven), encodeTags(d.Tags))
	return missing(err, "MFA device", d.Serial)
}

// DeleteMFADevice removes the device.
func (tx *Tx) DeleteMFADevice(d iam.MFADevice) error {
	tx.touch(MFADeviceChange, d.Account, d.Serial, d.Name)
	return missing(tx.must("delete from mfa_device where serial = $1", d.Serial), "MFA device", d.Serial)
}

// GuessMFACode takes one guess at a code of the device, before the code is looked
// at: the guesses of all processes count, and those before a restart.
// [ErrTooMany] says that there were too many wrong ones. If tx commits without
// the right code the guess stays taken; [Tx.AcceptMFACode] gives all back.
func (tx *Tx) GuessMFACode(serial string, now time.Time) error {
	d, err := tx.MFADevice(serial)
	if err != nil {
		return err
	}
	forgiven, ok := totp.Guess(d.Forgiven, now)
	if !ok {
		return fmt.Errorf("guessing an MFA code: %w", ErrTooMany)
	}
	return missing(tx.must("update mfa_device set guessed = $2 where serial = $1", serial, millis(forgiven)), "MFA device", serial)
}

// AcceptMFACode uses up the code of a step, and all codes before it, and forgives
// the wrong ones. Who comes second with a code, here or in any other process, before or after a restart,
// gets ErrExists; so does who comes after the device went to another holder.
func (tx *Tx) AcceptMFACode(d iam.MFADevice, step int64, now time.Time) error {
	n, err := tx.change("update mfa_device set accepted = $2, guessed = 0 where serial = $1 and accepted < $2 and holder = $3 and sealed = $4",
		d.Serial, step, d.Holder, d.Sealed)
	if err == nil && n == 0 {
		err = ErrExists
	}
	if err != nil {
		return fmt.Errorf("using an MFA code: %w", err)
	}
	return tx.NoteMFACode(d, step, now)
}

// mfaCodeLife is how long a code could be of use: those of a day ago still
// synchronize a device.
const mfaCodeLife = 48 * time.Hour

// NoteMFACode notes that the code of a step was used, which outlasts the
// restore of a backup that does not know it. ErrExists says that it was noted
// before.
func (tx *Tx) NoteMFACode(d iam.MFADevice, step int64, now time.Time) error {
	return tx.UseOnce("mfa", fmt.Sprintf("%s/%d/%d", d.Serial, millis(d.Created), step), now, now.Add(mfaCodeLife))
}
