package b2b

import (
	"github.com/seed75add069/stytch-go/b2b/organizations"
	passwordsemail "github.com/seed75add069/stytch-go/b2b/passwords/email"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// passwordTemplate is the template of messages with links that set a password.
const passwordTemplate = "password_reset"

var resetLifetimes = lifetimes{30, 5, maxLinkMinutes, ops.ErrInvalidExpiration}

// startPasswordReset sends a member a link for setting a password, the first one or another one.
func startPasswordReset(
	tx *engine.Tx, req *passwordsemail.ResetStartRequest,
) (*passwordsemail.ResetStartResponse, error) {
	address, lifetime, err := resetLifetimes.ofEmail(req.EmailAddress, req.ResetPasswordExpirationMinutes, req.Locale)
	if err != nil {
		return nil, err
	}
	err = checkResetURLs(tx, req.ResetPasswordRedirectURL, req.LoginRedirectURL, ops.ErrInvalidLoginRedirectURL)
	if err != nil {
		return nil, err
	}
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	m := tx.MemberByEmail(org.OrganizationID, address)
	if m == nil {
		return nil, ops.ErrMemberNotFound
	}
	return &passwordsemail.ResetStartResponse{
			MemberID: m.MemberID, MemberEmailID: m.EmailID, Member: login.Member(tx.Tx, m),
		}, factor.SendLink(tx.Tx, factor.Link{
			Purpose: state.PurposePasswordReset, Email: m.EmailAddress, To: req.EmailAddress, MemberID: m.MemberID,
			RedirectURL: req.ResetPasswordRedirectURL, TokenType: shared.TokenTypeMultiTenantPasswords,
			Template: passwordTemplate, Challenge: req.CodeChallenge, Lifetime: lifetime,
		}, ops.ErrInvalidPasswordResetRedirectURL)
}

// checkResetURLs refuses URLs that are none, or are not registered: that of a link for setting a password, and that of
// the link beside it, which logs in without.
func checkResetURLs(tx *engine.Tx, reset, login *string, malformedLogin *ops.Error) error {
	for _, u := range []struct {
		url       *string
		malformed *ops.Error
	}{{reset, ops.ErrInvalidPasswordResetRedirectURL}, {login, malformedLogin}} {
		if u.url == nil {
			continue
		}
		unregistered := u.malformed.Because("The redirect URL is not registered.")
		if _, err := factor.CheckRedirectURL(tx.Tx, u.url, u.malformed, unregistered); err != nil {
			return err
		}
	}
	return nil
}

// resetPasswordByEmail sets a password with the token of a link, which proves the address, and logs the member in. A
// password that is refused does not use up the token.
func resetPasswordByEmail(
	tx *engine.Tx, req *passwordsemail.ResetRequest,
) (*passwordsemail.ResetResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		Locale: req.Locale, SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
		IntermediateSessionToken: req.IntermediateSessionToken,
	})
	if err != nil {
		return nil, err
	}
	m, err := memberOfReset(tx, l, req)
	if err != nil {
		return nil, err
	}
	chosen := newCandidate(tx, req.Password, m.EmailAddress)
	return nil, engine.Outside(chosen.check, func(tx *engine.Tx) (*passwordsemail.ResetResponse, error) {
		if m, err = memberOfReset(tx, l, req); err != nil {
			return nil, err
		}
		l.EmailProved = true
		chosen.put(tx, m, l.Session, true)
		resp, err := login.Complete(tx.Tx, l)
		if err != nil {
			return nil, err
		}
		out := loggedIn[passwordsemail.ResetResponse](tx, resp)
		out.MemberEmailID = m.EmailID
		return out, nil
	})
}

// memberOfReset returns the member for whom a link was sent, and makes the login one of that member, by a password.
func memberOfReset(tx *engine.Tx, l *login.Login, req *passwordsemail.ResetRequest) (*state.Member, error) {
	link, err := factor.FindReset(tx.Tx, req.PasswordResetToken, req.CodeVerifier, state.PurposePasswordReset)
	if err != nil {
		return nil, err
	}
	m := tx.Members.Get(link.MemberID)
	if err := login.CheckLock(tx.Tx, m); err != nil {
		return nil, err
	}
	org := tx.Organizations.Get(m.OrganizationID)
	if err := login.CheckMethod(org, m, organizations.AuthMethodPassword); err != nil {
		return nil, err
	}
	return m, l.Prove(tx.Tx, m, factor.Password(tx.Tx))
}

// requirePasswordReset makes the password of an address unusable until it is reset by e-mail. The password is for all
// organizations: who acts for one of them can do that to a member who has proved the address. Unverified: that rule.
func requirePasswordReset(
	tx *engine.Tx, req *passwordsemail.RequireResetRequest,
) (*passwordsemail.RequireResetResponse, error) {
	address, err := state.Email(req.EmailAddress)
	if err != nil {
		return nil, err
	}
	organizationID := ""
	if state.Given(req.OrganizationID) {
		org, err := login.FindOrganization(tx.Tx, *req.OrganizationID)
		if err != nil {
			return nil, err
		}
		organizationID = org.OrganizationID
	}
	if err := tx.Permit(organizationID, nil); err != nil {
		return nil, err
	}
	if err := checkCrossOrganization(tx); err != nil {
		return nil, err
	}
	m, err := memberToReset(tx, organizationID, address, req.MemberID)
	if err != nil {
		return nil, err
	}
	if tx.HasCaller() && (!m.EmailAddressVerified || m.VouchedFor) {
		return nil, ops.ErrSessionAuthorizationError.Because("The member has not proved the address.")
	}
	p := tx.PasswordByEmail(address)
	if p == nil {
		return nil, ops.ErrMemberPasswordNotFound
	}
	changed := *p
	changed.RequiresReset = true
	tx.Passwords.Put(&changed)
	resp := &passwordsemail.RequireResetResponse{}
	if state.Given(req.MemberID) {
		resp.MemberID, resp.Member = m.MemberID, new(login.Member(tx.Tx, m))
		resp.Organization = new(tx.Organizations.Get(m.OrganizationID).Organization)
	}
	return resp, nil
}

// memberToReset is the member whom a request names by organization or id, and who must have the address; nil if it
// names none.
func memberToReset(tx *engine.Tx, organizationID, address string, memberID *string) (*state.Member, error) {
	var m *state.Member
	switch {
	case state.Given(memberID):
		if err := login.CheckTestID("member", *memberID); err != nil {
			return nil, err
		}
		if m = tx.MemberAnywhere(*memberID); organizationID != "" {
			m = tx.FindMember(organizationID, *memberID)
		}
	case organizationID != "":
		m = tx.MemberByEmail(organizationID, address)
	default:
		return nil, nil //nolint:nilnil // There is none, and need not be.
	}
	if m == nil || state.Lower(m.EmailAddress) != address {
		return nil, ops.ErrMemberNotFound
	}
	return m, nil
}
