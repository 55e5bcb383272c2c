package iamapi

import (
	"time"
)

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
