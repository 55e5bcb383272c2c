package store

import "github.com/daypass/daypass/internal/iam"

const mfaColumns = "serial, account, path, name, created, holder, enabled, drift, sealed, tags"

func scanMFA(r scanner) (d iam.MFADevice, err error) {
	var created, enabled, drift int64
	var tags string
	if err = r.Scan(&d.Serial, &d.Account, &d.Path, &d.Name, &created, &d.Holder, &enabled, &drift, &d.Sealed, &tags); err != nil {
		return d, err
	}
	d.Created, d.Enabled, d.Drift = fromMillis(created), fromMillis(enabled), int(drift)
	d.Tags, err = decodeTags(tags)
	return d, err
}

// CreateMFADevice adds a device; ErrExists if the account has one of the name.
func (tx *Tx) CreateMFADevice(d iam.MFADevice) error {
	tx.touch(MFADeviceChange, d.Account, d.Serial, d.Name)
	err := tx.insert("insert into mfa_device ("+mfaColumns+", fold) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing",
		d.Serial, d.Account, d.Path, d.Name, millis(d.Created), d.Holder, millis(d.Enabled), d.Drift, d.Sealed, encodeTags(d.Tags), iam.Fold(d.Name))
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

// MFADevices returns a page of the account's devices.
func (tx *Tx) MFADevices(account string, p Page) ([]iam.MFADevice, error) {
	return list(tx, scanMFA, "select "+mfaColumns+" from mfa_device"+pageClause, p.args(account)...)
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

// UpdateMFADevice stores who has the device, since when, its drift and its tags.
func (tx *Tx) UpdateMFADevice(d iam.MFADevice) error {
	tx.touch(MFADeviceChange, d.Account, d.Serial, d.Name)
	err := tx.must("update mfa_device set holder = $2, enabled = $3, drift = $4, tags = $5 where serial = $1",
		d.Serial, d.Holder, millis(d.Enabled), d.Drift, encodeTags(d.Tags))
	return missing(err, "MFA device", d.Serial)
}

// DeleteMFADevice removes the device.
func (tx *Tx) DeleteMFADevice(d iam.MFADevice) error {
	tx.touch(MFADeviceChange, d.Account, d.Serial, d.Name)
	return missing(tx.must("delete from mfa_device where serial = $1", d.Serial), "MFA device", d.Serial)
}
