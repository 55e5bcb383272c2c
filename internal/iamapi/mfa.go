package iamapi

import (
	"time"
)

// CreateVirtualMFADeviceInput makes a virtual MFA device. A path out of form has
// a sentence of its own, so no pattern stands here.
type CreateVirtualMFADeviceInput struct {
	Path                 string `q:"len=1..512"`
	VirtualMFADeviceName string `q:"required,len=1..,pattern=name"`
	Tags                 []Tag  `q:"items=..50"`
}

// CreateVirtualMFADeviceOutput is the device with its seed, which is not shown again.
type CreateVirtualMFADeviceOutput struct {
	VirtualMFADevice VirtualMFADevice
}

// ListMFADevicesInput lists the MFA devices of a user.
type ListMFADevicesInput struct {
	UserName string `q:"len=1..128,pattern=name"`
	Marker   string `q:"len=1..320,pattern=marker"`
	MaxItems *int32 `q:"range=1..1000"`
}

// ListMFADevicesOutput is a page of devices.
type ListMFADevicesOutput struct {
	MFADevices  []MFADevice `q:"keep"`
	IsTruncated bool
	Marker      string
}

// ListVirtualMFADevicesInput lists the virtual MFA devices of the account.
type ListVirtualMFADevicesInput struct {
	AssignmentStatus string `q:"enum=Assigned|Unassigned|Any"`
	Marker           string `q:"len=1..320,pattern=marker"`
	MaxItems         *int32 `q:"range=1..1000"`
}

// ListVirtualMFADevicesOutput is a page of devices.
type ListVirtualMFADevicesOutput struct {
	VirtualMFADevices []VirtualMFADevice `q:"keep"`
	IsTruncated       bool
	Marker            string
}

// GetMFADeviceInput reads an MFA device.
type GetMFADeviceInput struct {
	SerialNumber string `q:"required,len=9..256,pattern=serial"`
	UserName     string `q:"len=1..64,pattern=name"`
}

// GetMFADeviceOutput is the device.
type GetMFADeviceOutput struct {
	UserName       string
	SerialNumber   string
	EnableDate     time.Time
	Certifications map[string]string
}

// ListMFADeviceTagsInput lists the tags of a virtual MFA device.
type ListMFADeviceTagsInput struct {
	SerialNumber string `q:"required,len=9..256,pattern=serial"`
	Marker       string `q:"len=1..320,pattern=marker"`
	MaxItems     *int32 `q:"range=1..1000"`
}

// ListMFADeviceTagsOutput is a page of tags.
type ListMFADeviceTagsOutput struct {
	Tags        []Tag `q:"keep"`
	IsTruncated bool
	Marker      string
}

// TagMFADeviceInput adds tags to a virtual MFA device.
type TagMFADeviceInput struct {
	SerialNumber string `q:"required,len=9..256,pattern=serial"`
	Tags         []Tag  `q:"required,items=..50"`
}

// UntagMFADeviceInput removes tags from a virtual MFA device.
type UntagMFADeviceInput struct {
	SerialNumber string   `q:"required,len=9..256,pattern=serial"`
	TagKeys      []string `q:"required,items=..50,each-len=1..128,each-pattern=tag-key,each-notnull"`
}

// DeactivateMFADeviceInput takes an MFA device from its user.
type DeactivateMFADeviceInput struct {
	UserName     string `q:"len=1..128,pattern=name"`
	SerialNumber string `q:"required,len=9..256,pattern=serial"`
}

// DeleteVirtualMFADeviceInput deletes a virtual MFA device that no user has.
type DeleteVirtualMFADeviceInput struct {
	SerialNumber string `q:"required,len=9..256,pattern=serial"`
}

// EnableMFADeviceInput gives a user an MFA device, proved by two consecutive codes.
type EnableMFADeviceInput struct {
	UserName            string `q:"required,len=1..128,pattern=name"`
	SerialNumber        string `q:"required,len=9..256,pattern=serial"`
	AuthenticationCode1 string `q:"required,len=6..6,pattern=code"`
	AuthenticationCode2 string `q:"required,len=6..6,pattern=code"`
}

// ResyncMFADeviceInput finds the clock of a device by two consecutive codes.
type ResyncMFADeviceInput struct {
	UserName            string `q:"required,len=1..128,pattern=name"`
	SerialNumber        string `q:"required,len=9..256,pattern=serial"`
	AuthenticationCode1 string `q:"required,len=6..6,pattern=code"`
	AuthenticationCode2 string `q:"required,len=6..6,pattern=code"`
}

// MFADevice is a device that a user has.
type MFADevice struct {
	UserName     string
	SerialNumber string
	EnableDate   time.Time
}

// VirtualMFADevice is a device that IAM knows the seed of. The seed and its picture are shown once, on creation.
type VirtualMFADevice struct {
	SerialNumber     string
	Base32StringSeed []byte
	QRCodePNG        []byte
	User             *User
	EnableDate       time.Time
	Tags             []Tag
}
