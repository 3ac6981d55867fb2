package b2b

import (
	"time"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	otpsemail "github.com/seed75add069/stytch-go/b2b/otps/email"
	otpsemaildiscovery "github.com/seed75add069/stytch-go/b2b/otps/email/discovery"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func emailOTPRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BOTPsEmailLoginOrSignup, sendLoginCode),
		engine.Handle(ops.B2BOTPsEmailAuthenticate, authenticateEmailCode),
		engine.Handle(ops.B2BOTPsEmailDiscoverySend, sendDiscoveryCode),
		engine.Handle(ops.B2BOTPsEmailDiscoveryAuthenticate, authenticateDiscoveryCode),
	}
}

// sendLoginCode sends a code for logging in to an organization or joining it.
func sendLoginCode(tx *engine.Tx, req *otpsemail.LoginOrSignupRequest) (*otpsemail.LoginOrSignupResponse, error) {
	resp, err := loginOrSignup(tx, &emailLogin{
		organizationID: req.OrganizationID, address: req.EmailAddress, locale: req.Locale, lifetimes: passcodeLifetimes,
		loginMinutes: req.LoginExpirationMinutes, signupMinutes: req.SignupExpirationMinutes,
		method: organizations.AuthMethodEmailOTP,
		send: func(m *state.Member, purpose state.Purpose, lifetime time.Duration) error {
			factor.SendEmailCode(tx.Tx, factor.Code{
				Purpose: purpose, Email: m.EmailAddress, To: req.EmailAddress, MemberID: m.MemberID, Lifetime: lifetime,
			})
			return nil
		},
	})
	return (*otpsemail.LoginOrSignupResponse)(resp), err
}

// authenticateEmailCode logs a member in with the newest code that was sent to the member's address. A code that was
// sent for a change of address makes that address the member's.
func authenticateEmailCode(
	tx *engine.Tx, req *otpsemail.AuthenticateRequest,
) (*otpsemail.AuthenticateResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		Locale: req.Locale, SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
		IntermediateSessionToken: req.IntermediateSessionToken,
	})
	if err != nil {
		return nil, err
	}
	m, code, err := memberOfCode(tx, req)
	if err != nil {
		return nil, err
	}
	if err := login.CheckLock(tx.Tx, m); err != nil {
		return nil, err
	}
	if err := factor.RedeemCode(tx.Tx, code); err != nil {
		return nil, login.CountFailure(tx.Tx, m, err)
	}
	if code.EmailUpdate {
		if m, err = login.ChangeEmail(tx.Tx, m, code.Email); err != nil {
			return nil, err
		}
	}
	if err := l.Prove(tx.Tx, m, factor.EmailOTP(tx.Tx, m.EmailID, m.EmailAddress)); err != nil {
		return nil, err
	}
	resp, err := login.Complete(tx.Tx, l)
	if err != nil {
		return nil, err
	}
	out := loggedIn[otpsemail.AuthenticateResponse](tx, resp)
	out.MethodID = m.EmailID
	return out, nil
}

// memberOfCode finds the member whom a code is to log in: the one who has the address, or who is changing to it. It
// returns the code as it must have been sent.
func memberOfCode(
	tx *engine.Tx, req *otpsemail.AuthenticateRequest,
) (m *state.Member, code *state.Passcode, err error) {
	address, err := state.Email(req.EmailAddress)
	if err != nil {
		return nil, nil, err
	}
	if err := factor.CheckCode(req.Code); err != nil {
		return nil, nil, err
	}
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, nil, err
	}
	code = &state.Passcode{Channel: state.ChannelEmail, Email: address, Code: req.Code}
	if m = tx.MemberByEmail(org.OrganizationID, address); m == nil {
		m, code.EmailUpdate = tx.EmailChangeTo(org.OrganizationID, address), true
	}
	if m == nil {
		return nil, nil, ops.ErrMemberNotFound
	}
	code.MemberID = m.MemberID
	return m, code, nil
}

// sendDiscoveryCode creates no member, and does the same for every address.
func sendDiscoveryCode(tx *engine.Tx, req *otpsemaildiscovery.SendRequest) (*otpsemaildiscovery.SendResponse, error) {
	address, lifetime, err := passcodeLifetimes.ofEmail(req.EmailAddress, req.DiscoveryExpirationMinutes, req.Locale)
	if err != nil {
		return nil, err
	}
	factor.SendEmailCode(tx.Tx, factor.Code{
		Purpose: state.PurposeDiscovery, Email: address, To: req.EmailAddress, Lifetime: lifetime,
	})
	return &otpsemaildiscovery.SendResponse{}, nil
}

// authenticateDiscoveryCode returns an intermediate session, and the organizations that it can be exchanged for.
func authenticateDiscoveryCode(
	tx *engine.Tx, req *otpsemaildiscovery.AuthenticateRequest,
) (*otpsemaildiscovery.AuthenticateResponse, error) {
	address, err := state.Email(req.EmailAddress)
	if err != nil {
		return nil, err
	}
	if err := factor.CheckCode(req.Code); err != nil {
		return nil, err
	}
	err = factor.RedeemCode(tx.Tx, &state.Passcode{Channel: state.ChannelEmail, Email: address, Code: req.Code})
	if err != nil {
		return nil, err
	}
	resp := discover(tx, address, factor.EmailOTP(tx.Tx, tx.ID("email"), address))
	return (*otpsemaildiscovery.AuthenticateResponse)(resp), nil
}
