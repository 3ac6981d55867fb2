package factor

import (
	"crypto/subtle"
	"regexp"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// maxWrongCodes is how many wrong codes may be tried for one passcode. Unverified: the API's number is not known.
const maxWrongCodes = 10

// smsLifetime is how long a code that was sent by text message is valid.
const smsLifetime = 2 * time.Minute

var codeForm = regexp.MustCompile(`^[0-9]{6}$`)

// Code is a passcode to send by e-mail.
type Code struct {
	Purpose state.Purpose
	// Email is the address that the code proves, To the same as the request spells it.
	Email, To string
	// MemberID is whom the code logs in, empty for discovery.
	MemberID string
	Lifetime time.Duration
}

// SendEmailCode sends a code. It replaces all that were sent to the address before.
func SendEmailCode(tx *state.Tx, c Code) {
	tx.DeleteEmailCodesTo(c.Email)
	sent := &state.Passcode{
		Channel: state.ChannelEmail, MemberID: c.MemberID, Email: c.Email, Code: tx.Code(),
		EmailUpdate: c.Purpose == state.PurposeEmailUpdate, ExpiresAt: tx.Now.Add(c.Lifetime),
	}
	tx.Passcodes.Put(sent)
	tx.Send(state.Message{
		Channel: state.ChannelEmail, To: c.To, Template: string(c.Purpose) + "_passcode", Code: sent.Code,
	})
}

// SandboxPhone is the sandbox's number. Nothing is sent to it, and its code is always the same. It may be the number of
// many members.
const (
	SandboxPhone = "+10000000000"
	sandboxCode  = "000000"
)

// SendSMSCode sends a code to a member's number for MFA.
func SendSMSCode(tx *state.Tx, m *state.Member) {
	code := &state.Passcode{
		Channel: state.ChannelSMS, MemberID: m.MemberID, Phone: m.MFAPhoneNumber, Code: sandboxCode,
		ExpiresAt: tx.Now.Add(smsLifetime),
	}
	if code.Phone == SandboxPhone {
		tx.Passcodes.Put(code)
		return
	}
	code.Code = tx.Code()
	tx.Passcodes.Put(code)
	tx.Send(state.Message{Channel: state.ChannelSMS, To: code.Phone, Template: "mfa_passcode", Code: code.Code})
}

// CheckCode refuses a code that does not have six digits.
func CheckCode(code string) error {
	if !codeForm.MatchString(code) {
		return ops.ErrInvalidCode
	}
	return nil
}

// RedeemCode uses up the code that somebody gives: the newest one of an owner, if it was sent to the address or number
// that is given with it. A wrong one is counted: see [ops.Error.Committed].
func RedeemCode(tx *state.Tx, given *state.Passcode) error {
	p := tx.Passcodes.Get(given.Owner())
	if p == nil || state.Lower(p.Email) != state.Lower(given.Email) || p.Phone != given.Phone {
		return ops.ErrOTPCodeNotFound.Committed()
	}
	changed := *p
	if subtle.ConstantTimeCompare([]byte(p.Code), []byte(given.Code)) != 1 {
		changed.Failures = min(changed.Failures+1, state.MaxFailures)
		tx.Passcodes.Put(&changed)
		return ops.ErrOTPCodeNotFound.Committed()
	}
	if p.Used || p.Failures >= maxWrongCodes || !tx.Now.Before(p.ExpiresAt) {
		return ops.ErrUnableToAuthOTPCode
	}
	changed.Used = true
	tx.Passcodes.Put(&changed)
	return nil
}
