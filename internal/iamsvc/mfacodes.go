package iamsvc

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/proof"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/totp"
)

// How far the clock of a device may be off, in steps, when somebody gets it and
// when it is synchronized again.
const (
	enableReach = 10
	resyncReach = int64(24 * time.Hour / totp.Step)
)

// enableMFADevice gives the device to who proves to have its seed, by two
// consecutive codes.
func (s *service) enableMFADevice(c *pipeline.Call, in *iamapi.EnableMFADeviceInput, h holder) (*query.NoResult, error) {
	d, err := mfaDevices.find(c, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	if d.Holder != "" {
		return nil, alreadyExists("MFA Device is already in use.")
	}
	d.Holder, d.Enabled = holderID(c, h), c.Now
	has, err := c.Tx.MFADevicesOf(d.Holder)
	if err != nil {
		return nil, err
	}
	if len(has) >= iam.MFADevicesPerUserQuota {
		return nil, quota("MFADevicesPerUser", iam.MFADevicesPerUserQuota)
	}
	return s.synchronize(c, d, in.AuthenticationCode1, in.AuthenticationCode2, enableReach)
}

// resyncMFADevice finds out how far the device's clock is off.
func (s *service) resyncMFADevice(c *pipeline.Call, in *iamapi.ResyncMFADeviceInput, h holder) (*query.NoResult, error) {
	d, err := heldDevice(c, h, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	return s.synchronize(c, d, in.AuthenticationCode1, in.AuthenticationCode2, resyncReach)
}

// deactivateMFADevice takes the device from who has it. Its codes stay used.
func deactivateMFADevice(c *pipeline.Call, in *iamapi.DeactivateMFADeviceInput, h holder) (*query.NoResult, error) {
	d, err := heldDevice(c, h, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	d.Holder, d.Enabled, d.Drift = "", time.Time{}, 0
	return new(query.NoResult), c.Tx.UpdateMFADevice(d)
}

// synchronize finds two consecutive codes of the device near now, uses them up,
// and stores the device with how far its clock is off.
func (s *service) synchronize(c *pipeline.Call, d iam.MFADevice, first, second string, reach int64) (*query.NoResult, error) {
	err := c.Tx.GuessMFACode(d.Serial, c.Now)
	if errors.Is(err, store.ErrTooMany) {
		return nil, wrongCodes(&proof.Failure{Check: "wrong codes of the MFA device", Saw: "too many", Want: fmt.Sprintf("one each %v", totp.Pause)})
	}
	if err != nil {
		return nil, err
	}
	seed, err := s.vault.Open(d.Sealed, facts.SeedContext(d.Serial))
	if err != nil {
		return nil, fmt.Errorf("unwrapping the seed of %s: %w", d.Serial, err)
	}
	now := totp.At(c.Now)
	step, ok := totp.MatchPair(seed, first, second, now, reach)
	if !ok {
		return nil, pipeline.Kept(wrongCodes(&proof.Failure{Check: "MFA codes", Want: fmt.Sprintf("two consecutive ones, at most %d steps off", reach)}))
	}
	err = useCodes(c, d, step)
	if errors.Is(err, store.ErrExists) {
		return nil, wrongCodes(&proof.Failure{Check: "MFA codes", Saw: "a code that was used, or one older than that", Want: "the next two"})
	}
	if err != nil {
		return nil, err
	}
	d.Drift, d.Accepted, d.Forgiven = int(step-now), step, time.Time{}
	return new(query.NoResult), c.Tx.UpdateMFADevice(d)
}

// useCodes notes the use of the two codes that end with a step. store.ErrExists
// says that one was used.
func useCodes(c *pipeline.Call, d iam.MFADevice, step int64) error {
	if step-1 <= d.Accepted {
		return store.ErrExists
	}
	if err := c.Tx.NoteMFACode(d, step-1, c.Now); err != nil {
		return err
	}
	return c.Tx.NoteMFACode(d, step, c.Now)
}

func wrongCodes(why *proof.Failure) error {
	return &awserr.Error{Code: "InvalidAuthenticationCode", Status: http.StatusForbidden, Message: "Authentication code for device is not valid.", Err: why}
}
