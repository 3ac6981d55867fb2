package factor

import (
	"crypto/subtle"
	"regexp"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// maxGuesses is how many wrong codes may be tried for one passcode. Unverified: the API's number is not known.
const maxGuesses = 10

// smsLifetime is how long a code that was sent by text message is valid.
const smsLifetime = 2 * time.Minute

var codeForm = regexp.MustCompile(`^[0-9]{6}$`)

// SendEmailCode sends a code to an address: for a member, or without one for discovery.
func SendEmailCode(tx *state.Tx, memberID, email, template string, lifetime time.Duration) {
	code := &state.Passcode{
		Channel: state.ChannelEmail, MemberID: memberID, Email: email, Code: tx.Code(), ExpiresAt: tx.Now.Add(lifetime),
	}
	tx.Passcodes.Put(code)
	tx.Send(state.Message{Channel: state.ChannelEmail, To: email, Template: template, Code: code.Code})
}

// SendEmailUpdateCode sends a code to an address that a member is changing to.
func SendEmailUpdateCode(tx *state.Tx, memberID, email string, lifetime time.Duration) {
	code := &state.Passcode{
		Channel: state.ChannelEmail, MemberID: memberID, Email: email, EmailUpdate: true, Code: tx.Code(),
		ExpiresAt: tx.Now.Add(lifetime),
	}
	tx.Passcodes.Put(code)
	tx.Send(state.Message{Channel: state.ChannelEmail, To: email, Template: "email_update_passcode", Code: code.Code})
}

// SendSMSCode sends a code to a member's number for MFA.
func SendSMSCode(tx *state.Tx, m *state.Member) {
	code := &state.Passcode{
		Channel: state.ChannelSMS, MemberID: m.MemberID, Phone: m.MFAPhoneNumber, Code: tx.Code(),
		ExpiresAt: tx.Now.Add(smsLifetime),
	}
	tx.Passcodes.Put(code)
	tx.Send(state.Message{Channel: state.ChannelSMS, To: code.Phone, Template: "mfa_passcode", Code: code.Code})
}

// RedeemCode uses up the newest code of an owner. A wrong one is counted: the error is then one that must be kept, see
// [Guess].
func RedeemCode(tx *state.Tx, owner, code string) error {
	if !codeForm.MatchString(code) {
		return ops.ErrInvalidCode
	}
	p := tx.Passcodes.Get(owner)
	if p == nil {
		return &Guess{ops.ErrOTPCodeNotFound}
	}
	changed := *p
	if subtle.ConstantTimeCompare([]byte(p.Code), []byte(code)) != 1 {
		changed.Failures++
		tx.Passcodes.Put(&changed)
		return &Guess{ops.ErrOTPCodeNotFound}
	}
	if p.Used || p.Failures >= maxGuesses || !tx.Now.Before(p.ExpiresAt) {
		return ops.ErrUnableToAuthOTPCode
	}
	changed.Used = true
	tx.Passcodes.Put(&changed)
	return nil
}

// Guess is a refusal that is counted: what the transaction has changed is kept, although the call is refused.
type Guess struct{ Err *ops.Error }

func (g *Guess) Error() string { return g.Err.Error() }

// Unwrap returns the refusal.
func (g *Guess) Unwrap() error { return g.Err }
