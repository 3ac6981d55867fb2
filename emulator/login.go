package emulator

import (
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const passcodeLifetime = 2 * time.Minute

// smsLocales are the languages that text messages exist in.
var smsLocales = []shared.Locale{
	shared.LocaleEN, shared.LocaleES, shared.LocalePTBR, shared.LocaleFR, shared.LocaleIT, shared.LocaleDE,
	shared.LocaleZHHans, shared.LocaleCA, shared.LocaleJA, shared.LocaleRU, shared.LocaleNL, shared.LocalePL,
	shared.LocaleTR, shared.LocaleFA, shared.LocaleVI, shared.LocaleCS,
}

// findIntermediate finds an intermediate session that has not expired.
func (c *call) findIntermediate(token string) (*intermediate, error) {
	if !isToken(token) {
		return nil, fail(stytcherror.CodeInvalidSessionToken, "The intermediate session token is malformed.")
	}
	i := slices.IndexFunc(c.Intermediate, func(i *intermediate) bool { return i.Token == token })
	if i < 0 || !c.now.Before(c.Intermediate[i].ExpiresAt) {
		return nil, fail(stytcherror.CodeIntermediateSessionNotFound,
			"The intermediate session is unknown, was used or has expired.")
	}
	return c.Intermediate[i], nil
}

// login is one attempt to get a session in an organization.
type login struct {
	org     *organizations.Organization
	member  *member
	factors []sessions.AuthenticationFactor
	// ist is the intermediate session that the factors come from, nil when they come from a session.
	ist *intermediate
	// duration and claims are those of the new session.
	duration time.Duration
	claims   map[string]any
	// proveEmail: see requirementsFor.
	proveEmail bool
}

// loginResponse is the response to a login. The types of the other operations differ in their name only.
type loginResponse = intermediatesessions.ExchangeResponse

// completeLogin issues a session or, if a factor is missing, returns which one and an intermediate session.
func (c *call) completeLogin(l login) (*loginResponse, error) {
	missing := requirementsFor(l.org, l.member, l.member.EmailAddress, l.factors, l.proveEmail)
	resp := &loginResponse{
		MemberID: l.member.MemberID, Organization: *l.org,
		MemberAuthenticated: missing.none(), PrimaryRequired: missing.primary, MFARequired: missing.mfa,
	}
	if !missing.none() {
		ist := c.intermediateOf(l)
		if missing.primary == nil && sendsPasscode(l.org, l.member) {
			c.sendPasscode(l.member)
			missing.mfa.SecondaryAuthInitiated = organizations.MFAMethodSMSOTP
		}
		resp.IntermediateSessionToken, resp.IntermediateSessionTokenExpiresAt = ist.Token, ist.ExpiresAt
		resp.Member = c.apiMember(l.member)
		return resp, nil
	}
	c.activate(l.member, l.factors)
	s := c.newSession(l)
	jwt, err := c.sessionJWT(s, l.member, l.org)
	if err != nil {
		return nil, err
	}
	c.storeSession(s)
	c.Intermediate = slices.DeleteFunc(c.Intermediate, func(i *intermediate) bool { return i == l.ist })
	resp.SessionToken, resp.SessionJWT = s.Tokens[0], jwt
	resp.MemberSession = c.apiSession(s, l.member, l.org)
	resp.Member = c.apiMember(l.member)
	return resp, nil
}

// intermediateOf returns the intermediate session of a login that lacks a factor: the one it began with or, for a login
// that began with a session, a new one that is bound to the organization.
func (c *call) intermediateOf(l login) *intermediate {
	if l.ist != nil {
		return l.ist
	}
	ist := &intermediate{
		Token: c.ids.token(), Email: l.member.EmailAddress, OrganizationID: l.org.OrganizationID,
		Factors: l.factors, ExpiresAt: c.now.Add(intermediateLifetime),
	}
	c.storeIntermediate(ist)
	return ist
}

// newSession makes the session of a login; it does not store it. E-mail factors of the member's address get the
// member's e-mail id.
func (c *call) newSession(l login) *session {
	factors := slices.Clone(l.factors)
	for i, f := range factors {
		if f.EmailFactor != nil && sameEmail(f.EmailFactor.EmailAddress, l.member.EmailAddress) {
			factors[i].EmailFactor = &sessions.EmailFactor{
				EmailID: l.member.EmailID, EmailAddress: l.member.EmailAddress,
			}
		}
	}
	return &session{
		ID: c.ids.id("member-session"), MemberID: l.member.MemberID, OrganizationID: l.org.OrganizationID,
		Tokens: []string{c.ids.token()}, StartedAt: c.now, LastAccessedAt: c.now, ExpiresAt: c.now.Add(l.duration),
		Factors: factors, CustomClaims: l.claims,
	}
}

// sendPasscode puts a code for the second factor into the inbox. It replaces the member's earlier code.
func (c *call) sendPasscode(m *member) {
	code := &passcode{
		Code: c.ids.code(), MemberID: m.MemberID, Phone: m.MFAPhoneNumber, ExpiresAt: c.now.Add(passcodeLifetime),
	}
	c.Passcodes = slices.DeleteFunc(c.Passcodes, func(p *passcode) bool { return p.MemberID == m.MemberID })
	c.Passcodes = append(c.Passcodes, code)
	c.deliver(Message{Channel: "sms", To: code.Phone, Template: "mfa_passcode", Code: code.Code})
}

// sessionOptions validates the duration and custom claims of a session to be issued.
func sessionOptions(minutes *int, claims map[string]any) (time.Duration, map[string]any, error) {
	duration, err := sessionDuration(minutes)
	if err != nil {
		return 0, nil, err
	}
	merged, err := mergeClaims(nil, claims)
	return duration, merged, err
}

// exchangeIntermediateSession logs in to an organization with an intermediate session, and joins it where JIT
// provisioning allows.
func (c *call) exchangeIntermediateSession(
	req *intermediatesessions.ExchangeRequest,
) (*intermediatesessions.ExchangeResponse, error) {
	duration, claims, err := sessionOptions(req.SessionDurationMinutes, req.SessionCustomClaims)
	if err != nil {
		return nil, err
	}
	if err := checkLocale(req.Locale, smsLocales); err != nil {
		return nil, err
	}
	ist, err := c.findIntermediate(req.IntermediateSessionToken)
	if err != nil {
		return nil, err
	}
	org, err := c.findOrganization(req.OrganizationID)
	if err != nil {
		return nil, err
	}
	if ist.OrganizationID != "" && ist.OrganizationID != org.OrganizationID {
		return nil, fail(stytcherror.CodeInvalidIntermediateSessionTokenForOrganization,
			"The intermediate session is bound to another organization.")
	}
	m, err := c.memberForExchange(org, ist)
	if err != nil {
		return nil, err
	}
	return c.completeLogin(login{
		org: org, member: m, factors: ist.Factors, ist: ist, duration: duration, claims: claims, proveEmail: true,
	})
}

// createOrganization creates an organization, whose creator gets the role stytch_admin.
func (c *call) createOrganization(
	req *discoveryorganizations.CreateRequest,
) (*discoveryorganizations.CreateResponse, error) {
	duration, claims, err := sessionOptions(req.SessionDurationMinutes, req.SessionCustomClaims)
	if err != nil {
		return nil, err
	}
	ist, err := c.findIntermediate(req.IntermediateSessionToken)
	if err != nil {
		return nil, err
	}
	if ist.OrganizationID != "" {
		return nil, fail(stytcherror.CodeInvalidIntermediateSessionTokenForOrganization,
			"The intermediate session is bound to an organization.")
	}
	org, err := c.newOrganization(req, ist)
	if err != nil {
		return nil, err
	}
	if c.domainClaimedElsewhere(org, ist.Email) {
		return nil, fail(stytcherror.CodeActionNotAllowedEmailDomainIsClaimed,
			"Another organization has claimed the e-mail domain.")
	}
	c.Organizations = append(c.Organizations, org)
	m := c.newMember(org, ist.Email)
	m.AssignedRoles = []string{roleAdmin}
	resp, err := c.completeLogin(login{
		org: org, member: m, factors: ist.Factors, ist: ist, duration: duration, claims: claims, proveEmail: true,
	})
	return (*discoveryorganizations.CreateResponse)(resp), err
}
