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
	if !tokenForm.MatchString(token) {
		return nil, fail(stytcherror.CodeInvalidSessionToken, "The intermediate session token is malformed.")
	}
	ist := find(c.Intermediate, func(i *intermediate) bool { return i.Token == token && c.now.Before(i.ExpiresAt) })
	if ist == nil {
		return nil, fail(stytcherror.CodeIntermediateSessionNotFound,
			"The intermediate session is unknown, was used or has expired.")
	}
	return ist, nil
}

// newIntermediate stores an intermediate session without factors, and drops those that have expired. It is bound to the
// organization with the id, unless that is empty.
func (c *call) newIntermediate(email, organizationID string) *intermediate {
	ist := &intermediate{
		Token: c.ids.token(), Email: email, OrganizationID: organizationID, ExpiresAt: c.now.Add(intermediateLifetime),
	}
	c.Intermediate = slices.DeleteFunc(c.Intermediate, func(i *intermediate) bool { return !c.now.Before(i.ExpiresAt) })
	c.Intermediate = append(c.Intermediate, ist)
	return ist
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
	claims   shared.Object
}

// newLogin validates the duration and custom claims of the session to be issued, and the language of text messages.
func newLogin(minutes *int, claims shared.Object, locale *shared.Locale) (login, error) {
	duration, err := sessionDuration(minutes)
	if err != nil {
		return login{}, err
	}
	merged, err := mergeClaims(nil, claims)
	if err != nil {
		return login{}, err
	}
	return login{duration: duration, claims: merged}, checkLocale(locale, smsLocales)
}

// loginResponse is the response to a login. The types of the other operations differ in their name only.
type loginResponse = intermediatesessions.ExchangeResponse

// completeLogin issues a session or, if a factor is missing, returns which one and an intermediate session.
func (c *call) completeLogin(l login) (*loginResponse, error) {
	missing := requirementsFor(l.org, l.member, l.factors, l.ist != nil)
	resp := &loginResponse{
		MemberID: l.member.MemberID, Organization: *l.org,
		MemberAuthenticated: missing.none(), PrimaryRequired: missing.primary, MFARequired: missing.mfa,
	}
	if !missing.none() {
		ist := l.ist
		if ist == nil { // the login began with a session
			ist = c.newIntermediate(l.member.EmailAddress, l.org.OrganizationID)
			ist.Factors = l.factors
		}
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
	c.Sessions = slices.DeleteFunc(c.Sessions, func(s *session) bool { return !c.now.Before(s.ExpiresAt) })
	c.Sessions = append(c.Sessions, s)
	c.Intermediate = slices.DeleteFunc(c.Intermediate, func(i *intermediate) bool { return i == l.ist })
	resp.SessionToken, resp.SessionJWT = s.Tokens[0], jwt
	resp.MemberSession = c.apiSession(s, l.member, l.org)
	resp.Member = c.apiMember(l.member)
	return resp, nil
}

// newSession makes the session of a login; it does not store it. E-mail factors of the member's address get the
// member's e-mail id.
func (c *call) newSession(l login) *session {
	factors := slices.Clone(l.factors)
	for i, f := range factors {
		if f.EmailFactor != nil && lower(f.EmailFactor.EmailAddress) == lower(l.member.EmailAddress) {
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

// exchangeIntermediateSession logs in to an organization with an intermediate session, and joins it where JIT
// provisioning allows.
func (c *call) exchangeIntermediateSession(
	req *intermediatesessions.ExchangeRequest,
) (*intermediatesessions.ExchangeResponse, error) {
	l, err := newLogin(req.SessionDurationMinutes, req.SessionCustomClaims, req.Locale)
	if err != nil {
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
	l.org, l.member, l.ist, l.factors = org, m, ist, ist.Factors
	return c.completeLogin(l)
}

// createOrganization creates an organization, whose creator gets the role stytch_admin.
func (c *call) createOrganization(
	req *discoveryorganizations.CreateRequest,
) (*discoveryorganizations.CreateResponse, error) {
	l, err := newLogin(req.SessionDurationMinutes, req.SessionCustomClaims, nil)
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
	l.org, l.member, l.ist, l.factors = org, m, ist, ist.Factors
	resp, err := c.completeLogin(l)
	return (*discoveryorganizations.CreateResponse)(resp), err
}
