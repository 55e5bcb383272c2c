package iamsvc

import (
	"errors"
	"fmt"
	"strings"

	"rsc.io/qr"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/totp"
)

func (s *service) mfaActions() []pipeline.Handler {
	return []pipeline.Handler{
		pipeline.Action[iamapi.CreateVirtualMFADeviceInput, iamapi.CreateVirtualMFADeviceOutput]{
			Name: "CreateVirtualMFADevice", Tx: pipeline.WriteTx,
			Check: checkDeviceName,
			Asks:  asksCreateVirtualMFADevice,
			Do:    s.createVirtualMFADevice,
		},
		write("DeleteVirtualMFADevice", mfaDevices, func(in *iamapi.DeleteVirtualMFADeviceInput) string { return in.SerialNumber }, deleteVirtualMFADevice),
		pipeline.Action[iamapi.ListVirtualMFADevicesInput, iamapi.ListVirtualMFADevicesOutput]{
			Name: "ListVirtualMFADevices", Tx: pipeline.ReadTx, ReadOnly: true,
			Asks: ask("iam:ListVirtualMFADevices", below("mfa", func(*iamapi.ListVirtualMFADevicesInput) string { return "/" })),
			Do:   listVirtualMFADevices,
		},
		read("ListMFADevices", mfaHolders, func(in *iamapi.ListMFADevicesInput) string { return in.UserName }, listMFADevices),
		read("GetMFADevice", mfaHolders, func(in *iamapi.GetMFADeviceInput) string { return in.UserName }, getMFADevice),
		write("EnableMFADevice", mfaHolders, func(in *iamapi.EnableMFADeviceInput) string { return in.UserName }, s.enableMFADevice),
		write("ResyncMFADevice", mfaHolders, func(in *iamapi.ResyncMFADeviceInput) string { return in.UserName }, s.resyncMFADevice),
		write("DeactivateMFADevice", mfaHolders, func(in *iamapi.DeactivateMFADeviceInput) string { return in.UserName }, deactivateMFADevice),

		write("TagMFADevice", mfaDevices, func(in *iamapi.TagMFADeviceInput) string { return in.SerialNumber },
			func(c *pipeline.Call, in *iamapi.TagMFADeviceInput, d iam.MFADevice) (*query.NoResult, error) {
				return retag(exactTags, d.Tags, in.Tags, func(tags []iam.Tag) error { return saveDeviceTags(c, d, tags) })
			}, tagging[iam.MFADevice](func(in *iamapi.TagMFADeviceInput) []iamapi.Tag { return in.Tags })),
		write("UntagMFADevice", mfaDevices, func(in *iamapi.UntagMFADeviceInput) string { return in.SerialNumber },
			func(c *pipeline.Call, in *iamapi.UntagMFADeviceInput, d iam.MFADevice) (*query.NoResult, error) {
				return new(query.NoResult), saveDeviceTags(c, d, exactTags.without(d.Tags, in.TagKeys))
			}, untagging[iam.MFADevice](func(in *iamapi.UntagMFADeviceInput) []string { return in.TagKeys })),
		read("ListMFADeviceTags", mfaDevices, func(in *iamapi.ListMFADeviceTagsInput) string { return in.SerialNumber }, listMFADeviceTags),
	}
}

const noDevice = "MFA Device with serial number %s does not exist."

// mfaDevices are virtual MFA devices, which are addressed by serial number: their ARN.
var mfaDevices = noun[iam.MFADevice]{
	missing: noDevice,
	load: func(c *pipeline.Call, serial string) (iam.MFADevice, error) {
		d, err := c.Tx.MFADevice(serial)
		if err == nil && d.Account != c.Account {
			err = store.ErrNotFound
		}
		return d, err
	},
	arn:   func(_ *pipeline.Call, d iam.MFADevice) string { return d.Serial },
	guess: func(_ *pipeline.Call, serial string) string { return serial },
	tags:  func(d iam.MFADevice) []iam.Tag { return d.Tags },
	text:  func(_ *pipeline.Call, serial string) string { return serial },
	owner: policies.owner,
}

// mfaHolders are holders whom the root user may name, too: as the number of its
// account, since some actions do not go without a name.
var mfaHolders = func() noun[holder] {
	n := holders
	n.load = func(c *pipeline.Call, name string) (holder, error) {
		h, err := holders.load(c, name)
		if errors.Is(err, store.ErrNotFound) && c.Caller.IsRoot() && name == c.Account {
			return holder{}, nil
		}
		return h, err
	}
	return n
}()

// holderID is what the store knows the holder of a device by.
func holderID(c *pipeline.Call, h holder) string {
	if h.isRoot() {
		return c.Account
	}
	return h.ID
}

// holderName is what lists of devices call the holder.
func holderName(c *pipeline.Call, h holder) string {
	if h.isRoot() {
		return c.Account
	}
	return h.Name
}

// heldDevice returns the device if the holder has it.
func heldDevice(c *pipeline.Call, h holder, serial string) (iam.MFADevice, error) {
	d, err := mfaDevices.load(c, serial)
	if err == nil && d.Holder != holderID(c, h) {
		err = store.ErrNotFound
	}
	return d, absent(err, noSuchEntity(noDevice, serial))
}

// longestSerial is the longest serial number that the other actions take.
const longestSerial = 256

func checkDeviceName(c *pipeline.Call, in *iamapi.CreateVirtualMFADeviceInput) error {
	if !isDevicePath(orSlash(in.Path)) {
		return awserr.Validation("The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.")
	}
	if room := longestSerial - len(deviceSerial(c, in)) + len(in.VirtualMFADeviceName); len(in.VirtualMFADeviceName) > room {
		return awserr.Validation("1 validation error detected: Value at 'virtualMFADeviceName' failed to satisfy constraint: Member must have length less than or equal to %d", max(room, 0))
	}
	return nil
}

// isDevicePath reports whether a path is one of the model's: "/", or printable
// characters between slashes.
func isDevicePath(path string) bool {
	if path == "/" {
		return true
	}
	return len(path) > 2 && path[0] == '/' && path[len(path)-1] == '/' && !strings.ContainsFunc(path, func(r rune) bool { return r < '!' || r > '~' })
}

func deviceSerial(c *pipeline.Call, in *iamapi.CreateVirtualMFADeviceInput) string {
	return arn.MFA(c.Partition, c.Account, in.Path, in.VirtualMFADeviceName).String()
}

func asksCreateVirtualMFADevice(c *pipeline.Call, in *iamapi.CreateVirtualMFADeviceInput) ([]authz.Question, error) {
	return creation{noun: "VirtualMFADevice", tagged: "MFADevice", arn: deviceSerial(c, in), tags: in.Tags}.questions(), nil
}

// createVirtualMFADevice makes a device. Its seed leaves in this answer, as text
// and as a picture, and never again.
func (s *service) createVirtualMFADevice(c *pipeline.Call, in *iamapi.CreateVirtualMFADeviceInput) (*iamapi.CreateVirtualMFADeviceOutput, error) {
	tags, err := exactTags.merge(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	all, _, err := c.Tx.CountMFADevices(c.Account)
	if err != nil {
		return nil, err
	}
	if all >= iam.MFADevicesQuota {
		return nil, quota("VirtualMFADevicesPerAccount", iam.MFADevicesQuota)
	}
	seed := totp.NewSeed()
	picture, err := qr.Encode(totp.URI(in.VirtualMFADeviceName+"@"+c.Account, seed), qr.M)
	if err != nil {
		return nil, fmt.Errorf("drawing the seed of an MFA device: %w", err)
	}
	serial := deviceSerial(c, in)
	err = c.Tx.CreateMFADevice(iam.MFADevice{
		Serial: serial, Account: c.Account, Path: orSlash(in.Path), Name: in.VirtualMFADeviceName, Created: c.Now,
		Sealed: s.vault.Seal(seed, facts.SeedContext(serial)), Tags: tags,
	})
	if err != nil {
		return nil, taken(err, alreadyExists("MFA device already exists."))
	}
	return &iamapi.CreateVirtualMFADeviceOutput{VirtualMFADevice: iamapi.VirtualMFADevice{
		SerialNumber: serial, Base32StringSeed: []byte(totp.Base32(seed)), QRCodePNG: picture.PNG(), Tags: showTags(tags),
	}}, nil
}

func deleteVirtualMFADevice(c *pipeline.Call, _ *iamapi.DeleteVirtualMFADeviceInput, d iam.MFADevice) (*query.NoResult, error) {
	if d.Holder != "" {
		return nil, deleteConflict("MFA VirtualDevice in use. Must deactivate first.")
	}
	return new(query.NoResult), c.Tx.DeleteMFADevice(d)
}

func listVirtualMFADevices(c *pipeline.Call, in *iamapi.ListVirtualMFADevicesInput) (*iamapi.ListVirtualMFADevicesOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	which := map[string]store.Held{"Assigned": store.HeldOnly, "Unassigned": store.NotHeld}[in.AssignmentStatus]
	all, err := c.Tx.MFADevices(c.Account, which, p.named(""))
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListVirtualMFADevicesOutput{VirtualMFADevices: []iamapi.VirtualMFADevice{}}
	all, out.IsTruncated, out.Marker = byName(p, all, func(d iam.MFADevice) string { return d.Name })
	for _, d := range all {
		v, err := listedDevice(c, d)
		if err != nil {
			return nil, err
		}
		out.VirtualMFADevices = append(out.VirtualMFADevices, v)
	}
	return out, nil
}

// listedDevice is the device with who has it: without seed and tags.
func listedDevice(c *pipeline.Call, d iam.MFADevice) (iamapi.VirtualMFADevice, error) {
	v := iamapi.VirtualMFADevice{SerialNumber: d.Serial, EnableDate: d.Enabled}
	switch d.Holder {
	case "":
	case c.Account:
		root, err := rootUser(c)
		if err != nil {
			return v, err
		}
		v.User = &root
	default:
		u, err := c.Tx.UserByID(d.Holder)
		if err != nil {
			return v, err
		}
		v.User = new(listedUser(c, u))
	}
	return v, nil
}

func listMFADevices(c *pipeline.Call, in *iamapi.ListMFADevicesInput, h holder) (*iamapi.ListMFADevicesOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, err := c.Tx.MFADevicesOf(holderID(c, h))
	if err != nil {
		return nil, err
	}
	out := new(iamapi.ListMFADevicesOutput)
	if all, out.IsTruncated, out.Marker, err = byCount(p, all); err != nil {
		return nil, err
	}
	out.MFADevices = convert(all, func(d iam.MFADevice) iamapi.MFADevice {
		return iamapi.MFADevice{UserName: holderName(c, h), SerialNumber: d.Serial, EnableDate: d.Enabled}
	})
	return out, nil
}

func getMFADevice(c *pipeline.Call, in *iamapi.GetMFADeviceInput, h holder) (*iamapi.GetMFADeviceOutput, error) {
	d, err := heldDevice(c, h, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetMFADeviceOutput{UserName: holderName(c, h), SerialNumber: d.Serial, EnableDate: d.Enabled}, nil
}

func saveDeviceTags(c *pipeline.Call, d iam.MFADevice, tags []iam.Tag) error {
	d.Tags = tags
	return c.Tx.UpdateMFADevice(d)
}

func listMFADeviceTags(c *pipeline.Call, in *iamapi.ListMFADeviceTagsInput, d iam.MFADevice) (out *iamapi.ListMFADeviceTagsOutput, err error) {
	out = new(iamapi.ListMFADeviceTagsOutput)
	out.Tags, out.IsTruncated, out.Marker, err = listTags(c, byKey, d.Tags, in.Marker, in.MaxItems)
	return out, err
}
