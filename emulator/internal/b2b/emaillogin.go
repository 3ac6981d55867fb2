package b2b

import (
	"cmp"
	"time"

	"github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// lifetimes bound how long what is sent by e-mail is valid, in minutes.
type lifetimes struct {
	byDefault, low, high int
	outOfBounds          *ops.Error
}

var (
	linkLifetimes     = lifetimes{60, 5, maxLinkMinutes, ops.ErrInvalidExpiration}
	inviteLifetimes   = lifetimes{maxLinkMinutes, 5, maxLinkMinutes, ops.ErrInvalidExpiration}
	passcodeLifetimes = lifetimes{10, 2, 15, ops.ErrInvalidExpirationOTP}
)

// maxLinkMinutes is a week.
const maxLinkMinutes = 10_080

// of is the lifetime that a request gives in minutes, or the default.
func (l lifetimes) of(minutes *int) (time.Duration, error) {
	n := *cmp.Or(minutes, &l.byDefault)
	if n < l.low || n > l.high {
		return 0, l.outOfBounds.Because("The number of minutes must be between %d and %d.", l.low, l.high)
	}
	return time.Duration(n) * time.Minute, nil
}

// ofEmail are the address, in lower case, and the lifetime that a request for an e-mail gives. The locale is checked.
func (l lifetimes) ofEmail(to string, minutes *int, locale *shared.Locale) (string, time.Duration, error) {
	address, err := state.Email(to)
	if err != nil {
		return "", 0, err
	}
	lifetime, err := l.of(minutes)
	if err != nil {
		return "", 0, err
	}
	return address, lifetime, checkEmailLocale(locale)
}

// emailLogin is a request for an e-mail with which a person logs in to an organization or joins it.
type emailLogin struct {
	organizationID, address string
	locale                  *shared.Locale
	lifetimes               lifetimes
	loginMinutes            *int
	signupMinutes           *int
	// method is the auth method that the e-mail is for.
	method string
	// send sends the e-mail. The purpose is PurposeLogin for active members, PurposeSignup for all others.
	send func(m *state.Member, purpose state.Purpose, lifetime time.Duration) error
}

// loginOrSignup sends an e-mail to a member, or to somebody who becomes one by JIT provisioning.
func loginOrSignup(tx *engine.Tx, r *emailLogin) (*email.LoginOrSignupResponse, error) {
	address, err := state.Email(r.address)
	if err != nil {
		return nil, err
	}
	loginLifetime, err := r.lifetimes.of(r.loginMinutes)
	if err != nil {
		return nil, err
	}
	signupLifetime, err := r.lifetimes.of(r.signupMinutes)
	if err != nil {
		return nil, err
	}
	if err := checkEmailLocale(r.locale); err != nil {
		return nil, err
	}
	org, err := login.FindOrganization(tx.Tx, r.organizationID)
	if err != nil {
		return nil, err
	}
	m, created, err := login.Provision(tx.Tx, org, address)
	if err != nil {
		return nil, err
	}
	if err := login.CheckMethod(org, m, r.method); err != nil {
		return nil, err
	}
	if m.Status == organizations.MemberStatusActive {
		err = r.send(m, state.PurposeLogin, loginLifetime)
	} else {
		err = r.send(m, state.PurposeSignup, signupLifetime)
	}
	if err != nil {
		return nil, err
	}
	return &email.LoginOrSignupResponse{
		MemberID: m.MemberID, MemberCreated: created,
		Member: login.Member(tx.Tx, m), Organization: org.Organization,
	}, nil
}
