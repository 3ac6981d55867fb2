package b2b

import (
	"time"

	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemail "github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

func magicLinkRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BMagicLinksEmailLoginOrSignup, sendLoginLink),
		engine.Handle(ops.B2BMagicLinksEmailInvite, invite),
		engine.Handle(ops.B2BMagicLinksAuthenticate, authenticateLink),
		engine.Handle(ops.B2BMagicLinksEmailDiscoverySend, sendDiscoveryLink),
		engine.Handle(ops.B2BMagicLinksDiscoveryAuthenticate, authenticateDiscoveryLink),
	}
}

// sendLoginLink sends a link for logging in to an organization or joining it.
func sendLoginLink(
	tx *engine.Tx, req *magiclinksemail.LoginOrSignupRequest,
) (*magiclinksemail.LoginOrSignupResponse, error) {
	if err := checkRedirectURL(tx, req.LoginRedirectURL, ops.ErrInvalidLoginMagicLinkURL); err != nil {
		return nil, err
	}
	if err := checkRedirectURL(tx, req.SignupRedirectURL, ops.ErrInvalidSignupMagicLinkURL); err != nil {
		return nil, err
	}
	if login.IsSandbox(req.OrganizationID, req.EmailAddress) {
		member, org := login.SandboxMember(), login.SandboxOrganization()
		return &magiclinksemail.LoginOrSignupResponse{MemberID: member.MemberID, Member: member, Organization: org}, nil
	}
	return loginOrSignup(tx, &emailLogin{
		organizationID: req.OrganizationID, address: req.EmailAddress, locale: req.Locale, lifetimes: linkLifetimes,
		loginMinutes: req.LoginExpirationMinutes, signupMinutes: req.SignupExpirationMinutes,
		method: organizations.AuthMethodMagicLink,
		send: func(m *state.Member, purpose state.Purpose, lifetime time.Duration) error {
			link := factor.Link{
				Purpose: purpose, Email: m.EmailAddress, To: req.EmailAddress, MemberID: m.MemberID,
				RedirectURL: req.LoginRedirectURL, TokenType: shared.TokenTypeMultiTenantMagicLinks,
				Challenge: req.PKCECodeChallenge, Lifetime: lifetime,
			}
			if purpose == state.PurposeSignup {
				link.RedirectURL = req.SignupRedirectURL
			}
			return factor.SendLink(tx.Tx, link, ops.ErrInvalidMagicLinkURL)
		},
	})
}

// checkRedirectURL checks a redirect URL that is given, be it the one of this e-mail or not.
func checkRedirectURL(tx *engine.Tx, redirectURL *string, malformed *ops.Error) error {
	if redirectURL == nil {
		return nil
	}
	_, err := factor.CheckRedirectURL(tx.Tx, redirectURL, malformed, ops.ErrNoMatchForProvidedMagicLinkURL)
	return err
}

// authenticateLink logs a member in with a link to one organization. A link that was sent for a change of address makes
// that address the member's.
func authenticateLink(
	tx *engine.Tx, req *magiclinks.AuthenticateRequest,
) (*magiclinks.AuthenticateResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		Locale: req.Locale, SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
		IntermediateSessionToken: req.IntermediateSessionToken,
	})
	if err != nil {
		return nil, err
	}
	if is, err := login.IsSandboxLink(req.MagicLinksToken); err != nil {
		return nil, err
	} else if is {
		resp, emailID, err := l.Sandbox(tx.Tx)
		return magicLinkResponse(tx, resp, emailID, err)
	}
	link, err := factor.RedeemLink(tx.Tx, req.MagicLinksToken, req.PKCECodeVerifier,
		state.PurposeLogin, state.PurposeSignup, state.PurposeInvite, state.PurposeEmailUpdate)
	if err != nil {
		return nil, err
	}
	m := tx.Members.Get(link.MemberID)
	if link.Purpose == state.PurposeEmailUpdate {
		if m, err = login.ChangeEmail(tx.Tx, m, link.Email); err != nil {
			return nil, err
		}
	}
	if state.Lower(link.Email) != state.Lower(m.EmailAddress) { // the address has changed since
		return nil, ops.ErrUnableToAuthMagicLink
	}
	if err := l.Prove(tx.Tx, m, factor.MagicLink(tx.Tx, m.EmailID, link.Email)); err != nil {
		return nil, err
	}
	resp, err := login.Complete(tx.Tx, l)
	return magicLinkResponse(tx, resp, m.EmailID, err)
}

// magicLinkResponse is the response for a login with the e-mail address that has an id.
func magicLinkResponse(
	tx *engine.Tx, resp *login.Response, emailID string, err error,
) (*magiclinks.AuthenticateResponse, error) {
	if err != nil {
		return nil, err
	}
	out := loggedIn[magiclinks.AuthenticateResponse](tx, resp)
	out.MethodID = emailID
	return out, nil
}

// sendDiscoveryLink creates no member, and does the same for every address but the sandbox's.
func sendDiscoveryLink(
	tx *engine.Tx, req *magiclinksemaildiscovery.SendRequest,
) (*magiclinksemaildiscovery.SendResponse, error) {
	email, lifetime, err := linkLifetimes.ofEmail(req.EmailAddress, req.DiscoveryExpirationMinutes, req.Locale)
	if err != nil {
		return nil, err
	}
	if email == login.SandboxEmail {
		return &magiclinksemaildiscovery.SendResponse{}, nil
	}
	return &magiclinksemaildiscovery.SendResponse{}, factor.SendLink(tx.Tx, factor.Link{
		Purpose: state.PurposeDiscovery, Email: email, To: req.EmailAddress, RedirectURL: req.DiscoveryRedirectURL,
		TokenType: shared.TokenTypeDiscovery, Challenge: req.PKCECodeChallenge, Lifetime: lifetime,
	}, ops.ErrInvalidDiscoveryRedirectURL)
}

// authenticateDiscoveryLink returns an intermediate session, and the organizations that it can be exchanged for.
func authenticateDiscoveryLink(
	tx *engine.Tx, req *magiclinksdiscovery.AuthenticateRequest,
) (*magiclinksdiscovery.AuthenticateResponse, error) {
	if is, err := login.IsSandboxLink(req.DiscoveryMagicLinksToken); err != nil {
		return nil, err
	} else if is {
		return &magiclinksdiscovery.AuthenticateResponse{
			IntermediateSessionToken: login.SandboxSessionToken, EmailAddress: login.SandboxEmail,
			IntermediateSessionTokenExpiresAt: login.IntermediateExpiry(tx.Tx),
		}, nil
	}
	if err := factor.CheckVerifier(req.PKCECodeVerifier); err != nil {
		return nil, err
	}
	link, err := factor.RedeemLink(tx.Tx, req.DiscoveryMagicLinksToken, req.PKCECodeVerifier, state.PurposeDiscovery)
	if err != nil {
		return nil, err
	}
	return discover(tx, link.Email, factor.MagicLink(tx.Tx, tx.ID("email"), link.Email)), nil
}

// discover makes an intermediate session for somebody with an address, and lists the organizations that it can be
// exchanged for.
func discover(tx *engine.Tx, email string, proved factor.Factor) *magiclinksdiscovery.AuthenticateResponse {
	return discovered(tx, login.NewIntermediate(tx.Tx, email, "", []factor.Factor{proved}))
}

// discoverByPassword is discover by the password of an address, which the person has proved now, or when the password
// was set.
func discoverByPassword(tx *engine.Tx, email string, provedNow bool) *magiclinksdiscovery.AuthenticateResponse {
	ist := *login.NewIntermediate(tx.Tx, email, "", []factor.Factor{factor.Password(tx.Tx)})
	ist.EmailProved, ist.EmailKnown = provedNow, !tx.PasswordByEmail(email).Unproved
	tx.Intermediates.Put(&ist)
	return discovered(tx, &ist)
}

func discovered(tx *engine.Tx, ist *state.Intermediate) *magiclinksdiscovery.AuthenticateResponse {
	return &magiclinksdiscovery.AuthenticateResponse{
		IntermediateSessionToken:          ist.Token,
		IntermediateSessionTokenExpiresAt: ist.ExpiresAt,
		EmailAddress:                      ist.Email,
		DiscoveredOrganizations:           login.Discover(tx.Tx, ist),
	}
}
