package process

import (
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/totp"
)

// MFADevice is a virtual MFA device that a user has.
type MFADevice struct {
	Serial string
	seed   []byte
	used   int64 // step of the codes it was enabled with
}

// NewMFADevice makes a device and gives it to a user. call makes calls that have
// to succeed, of somebody who may.
func NewMFADevice(t *testing.T, call func(action string, params ...string) Answer, user, name string) *MFADevice {
	t.Helper()
	made := call("CreateVirtualMFADevice", "VirtualMFADeviceName", name)
	text, _ := base64.StdEncoding.DecodeString(made.Text("Base32StringSeed"))
	seed, err := base32.StdEncoding.DecodeString(string(text))
	if err != nil || len(seed) == 0 {
		t.Fatalf("the seed of the device: %v %s", err, made.Body)
	}
	d := &MFADevice{made.Text("SerialNumber"), seed, totp.At(time.Now())}
	call("EnableMFADevice", "UserName", user, "SerialNumber", d.Serial,
		"AuthenticationCode1", totp.Code(seed, d.used-1), "AuthenticationCode2", totp.Code(seed, d.used))
	return d
}

// Right are the parameters of a code that was not used: the one after those that
// the device was enabled with. It is good for about a minute after that.
func (d *MFADevice) Right() []string {
	return []string{"SerialNumber", d.Serial, "TokenCode", totp.Code(d.seed, d.used+1)}
}

// Wrong are the parameters of a code that the device does not show near now.
func (d *MFADevice) Wrong() []string {
	var near []string
	for step := d.used - 20; step < d.used+20; step++ {
		near = append(near, totp.Code(d.seed, step))
	}
	n := 0
	for slices.Contains(near, fmt.Sprintf("%06d", n)) {
		n++
	}
	return []string{"SerialNumber", d.Serial, "TokenCode", fmt.Sprintf("%06d", n)}
}
