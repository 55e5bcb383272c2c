package stssvc

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/proof"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/totp"
)

// codeReach is how many steps a code may be off, beside the device's drift.
const codeReach = 1

// proveMFA verifies the code of an MFA device that a call comes with, if it
// does, and uses it up before anything is decided: c.MFA then says that the
// caller is there. A code serves one call, whatever becomes of that; so it
// cannot be tried on one role after the other. Only who signs as the device's
// holder gets as far as to use one up.
func (s *service) proveMFA(c *pipeline.Call, serial, code string) error {
	switch {
	case serial == "" && code == "":
		return nil
	case serial == "" || code == "":
		return mfaRefused("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
			&proof.Failure{Check: "MFA parameters", Saw: "one of two", Want: "SerialNumber and TokenCode"})
	}
	d, err := s.mfaDevice(c, serial)
	if err != nil {
		return err
	}
	if _, ok := totp.Guess(d.Forgiven, c.Now); !ok { // as below, without a write
		return tooManyCodes()
	}
	seed, err := s.Vault.Open(d.Sealed, facts.SeedContext(d.Serial))
	if err != nil {
		return fmt.Errorf("unwrapping the seed of %s: %w", d.Serial, err)
	}
	step, ok := totp.Match(seed, code, totp.At(c.Now)+int64(d.Drift), codeReach)
	err = s.DB.Update(c.Ctx, func(tx *store.Tx) error {
		if err := tx.GuessMFACode(d.Serial, c.Now); err != nil || !ok {
			return err // a wrong code stays counted
		}
		return tx.AcceptMFACode(d, step, c.Now)
	})
	switch {
	case errors.Is(err, store.ErrTooMany):
		return tooManyCodes()
	case errors.Is(err, store.ErrExists):
		return wrongCode(&proof.Failure{Check: "MFA code", Saw: "a code that was used, or one older than that", Want: "the next one"})
	case err != nil:
		return err
	case !ok:
		return wrongCode(&proof.Failure{Check: "MFA code", Want: fmt.Sprintf("that of now, or at most %d step off", codeReach)})
	}
	c.MFA = true
	return nil
}

// mfaDevice returns the device with the serial number, if the caller has it: the
// user, or root user, who signed with long-term credentials or with a session
// of GetSessionToken.
func (s *service) mfaDevice(c *pipeline.Call, serial string) (d iam.MFADevice, err error) {
	holder := ""
	switch {
	case c.Caller.IsRoot():
		holder = c.Account
	case c.Caller.IsUser():
		holder = c.Caller.Principal.EntityID
	}
	err = s.DB.View(c.Ctx, func(tx *store.Tx) error {
		d, err = tx.MFADevice(serial)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return d, foreignDevice(serial, "no device with this serial number")
	case err != nil:
		return d, fmt.Errorf("loading MFA device: %w", err)
	case holder == "":
		return d, foreignDevice(serial, "a caller who is no user")
	case d.Holder != holder:
		return d, foreignDevice(serial, "a device that the caller does not have")
	}
	return d, nil
}

func foreignDevice(serial, saw string) error {
	return mfaRefused("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
		&proof.Failure{Check: "MFA device " + proof.Quote(serial), Saw: saw, Want: "a device of the calling user"})
}

// wrongCode is the refusal of a code, whatever is wrong with it. Its sentence
// ends with a blank.
func wrongCode(why *proof.Failure) error {
	return mfaRefused("MultiFactorAuthentication failed with invalid MFA one time pass code. ", why)
}

func tooManyCodes() error {
	return wrongCode(&proof.Failure{Check: "wrong codes of the MFA device", Saw: "too many", Want: fmt.Sprintf("one each %v", totp.Pause)})
}

func mfaRefused(text string, why *proof.Failure) error {
	return &awserr.Error{Code: "AccessDenied", Status: http.StatusForbidden, Message: text, Err: why}
}

// hadMFA reports whether the call is one of a caller who was there: it brings a
// code, or its session was made with one.
func hadMFA(c *pipeline.Call) bool {
	s := c.Caller.Session
	return c.MFA || s != nil && s.Kind == session.User && !s.MFA.IsZero()
}
