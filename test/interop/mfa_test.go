package interop

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/daypass/daypass/daypasstest"
)

// authenticator is an app that has read the picture of a seed. It has nothing of
// the service's code.
type authenticator struct {
	server *daypasstest.Server
	seed   []byte
}

func (a *authenticator) code(steps int) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(int(a.server.Now().Unix())/30+steps))
	mac := hmac.New(sha1.New, a.seed)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// scan reads the text of a picture.
func scan(t *testing.T, picture []byte) string {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatalf("the picture cannot be read: %v", err)
	}
	return result.GetText()
}

// TestAnAuthenticatorReadsThePicture: the seed goes to the app through the
// picture alone, and the SDK's own way of asking for a code assumes a role.
func TestAnAuthenticatorReadsThePicture(t *testing.T) {
	server := daypasstest.New(t)
	root := iam.NewFromConfig(sdkConfig(t, server, server.Root))
	ann := server.User("ann")
	for _, name := range []string{"ann", strings.Repeat("long-name=", 20)} {
		device, err := root.CreateVirtualMFADevice(t.Context(), &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String(name)})
		if err != nil {
			t.Fatal(err)
		}
		secret := string(device.VirtualMFADevice.Base32StringSeed)
		want := "otpauth://totp/" + name + "@" + server.Account + "?secret=" + secret
		if got := scan(t, device.VirtualMFADevice.QRCodePNG); got != want || len(secret) != 64 {
			t.Errorf("the picture says %q, want %q", got, want)
		}
	}

	device, err := root.CreateVirtualMFADevice(t.Context(), &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("phone"), Path: aws.String("/ops/")})
	if err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(scan(t, device.VirtualMFADevice.QRCodePNG), "?secret=")
	seed, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	app, serial := &authenticator{server, seed}, device.VirtualMFADevice.SerialNumber
	enable := func(first, second string) error {
		_, err := root.EnableMFADevice(t.Context(), &iam.EnableMFADeviceInput{
			UserName: aws.String("ann"), SerialNumber: serial, AuthenticationCode1: &first, AuthenticationCode2: &second,
		})
		return err
	}
	err = enable(app.code(0), app.code(0))
	is[*iamtypes.InvalidAuthenticationCodeException](t, err)
	refused(t, err, 403, "InvalidAuthenticationCode", `Authentication code for device is not valid\.`)
	if err := enable(app.code(-1), app.code(0)); err != nil {
		t.Fatal(err)
	}
	server.Advance(30 * time.Second)

	role := server.Role("guarded", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"`+server.UserARN("ann")+
		`"},"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}`)
	cfg := sdkConfig(t, server, ann)
	asked := 0
	assume := func() error {
		_, err := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role, func(o *stscreds.AssumeRoleOptions) {
			o.SerialNumber = serial
			o.TokenProvider = func() (string, error) { asked++; return app.code(0), nil }
		}).Retrieve(t.Context())
		return err
	}
	if err := assume(); err != nil || asked != 1 {
		t.Errorf("with a code, asked for %d times: %v", asked, err)
	}
	refused(t, assume(), 403, "AccessDenied", `MultiFactorAuthentication failed with invalid MFA one time pass code\. `)
	server.Advance(30 * time.Second)
	if err := assume(); err != nil {
		t.Errorf("with the next code: %v", err)
	}
}
