// Package login leads from factors to a session, or to what is missing for one: members and their roles, sessions,
// intermediate sessions and discovery.
//
// The two names that matter are [Complete], which ends a login, and [FindSession], which finds the session of a call.
package login

import (
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	"github.com/seed75add069/stytch-go/b2b/mfa"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// Factor is a factor that was authenticated.
type Factor = factor.Factor

// Request is what requests that log somebody in have in common.
type Request struct {
	SessionDurationMinutes *int
	SessionCustomClaims    shared.Object
	Locale                 *shared.Locale
	// SessionToken, SessionJWT and IntermediateSessionToken name the session that a factor is added to, see
	// [Login.Prove]. At most one of them is given.
	SessionToken, SessionJWT, IntermediateSessionToken *string
}

// Login is somebody's attempt to log in to an organization.
type Login struct {
	Org    *state.Organization
	Member *state.Member
	// Factors are those that were proved, oldest first.
	Factors []Factor
	// Intermediate is the intermediate session that factors come from, nil if there is none. It is used up by a login
	// that needs nothing more.
	Intermediate *state.Intermediate
	// Session is the member's own session, to which the factors are added; nil for a new one.
	Session *state.Session
	// MustProveEmail says that one of the factors must prove the member's address, even if that is verified already.
	MustProveEmail bool
	// EmailProved says that the person has proved the address otherwise, with a link for setting a password.
	EmailProved bool
	// VouchedFor says that the identity provider of the organization has the same address for the person. That proves
	// it for this organization alone.
	VouchedFor bool
	// EmailKnown says that the session that the login goes on from has proved the address.
	EmailKnown bool

	request  Request
	duration time.Duration
	// accounts are those of OAuth logins, see [Login.ProveAccount], and of the intermediate session.
	accounts []state.Registration
	// byOwn says that a password or an account was used that somebody gave the member who had proved the address.
	byOwn bool
	// method is the auth method of a direct login, which the organization must allow; empty for an exchange.
	method string
	// keepsFailures says that the login does not forget the failed attempts before it.
	keepsFailures bool
}

// New validates what a request says of the session that it wants.
func New(r Request) (*Login, error) {
	duration, err := SessionDuration(r.SessionDurationMinutes)
	if err != nil {
		return nil, err
	}
	if _, err := state.MergeClaims(nil, r.SessionCustomClaims); err != nil {
		return nil, err
	}
	n := 0
	for _, token := range []*string{r.SessionToken, r.SessionJWT, r.IntermediateSessionToken} {
		if state.Given(token) {
			n++
		}
	}
	if n > 1 {
		return nil, ops.ErrTooManySessionArguments.Because("Give at most one of the three tokens.")
	}
	if err := checkSMSLocale(r.Locale); err != nil {
		return nil, err
	}
	return &Login{request: r, duration: duration}, nil
}

// Response is the response of most operations that log somebody in.
type Response = intermediatesessions.ExchangeResponse

// Complete ends a login: with a session, or with an intermediate session and what is still required. It refuses a
// member who is locked, and a direct login by a method that the organization does not allow. The first login whose
// primary factor suffices makes a member active, even if a second factor is missing.
func Complete(tx *state.Tx, l *Login) (*Response, error) {
	if err := CheckLock(tx, l.Member); err != nil {
		return nil, err
	}
	if l.method != "" {
		if err := CheckMethod(l.Org, l.Member, l.method); err != nil {
			return nil, err
		}
	}
	proved := l.EmailProved || l.VouchedFor
	if proved {
		l.Member = verify(tx, l.Member, !l.EmailProved)
	}
	l.dropStrangeAccounts(tx)
	mustProve := (l.MustProveEmail || hasStrangeAccount(tx, l.Member, l.accounts)) && !proved
	missing := requirementsFor(tx, l.Org, l.Member, l.Factors, mustProve)
	resp := &Response{
		MemberID: l.Member.MemberID, Organization: l.Org.Organization,
		MemberAuthenticated: missing.none(), PrimaryRequired: missing.primary, MFARequired: missing.mfa,
	}
	if missing.primary == nil {
		l.Member = Activate(tx, l.Member, l.Factors)
		l.register(tx)
	}
	if !missing.none() {
		l.suspend(tx, resp)
		resp.Member = Member(tx, l.Member)
		return resp, nil
	}
	if err := l.finish(tx, resp); err != nil {
		return nil, err
	}
	return resp, nil
}

// CompleteAnyway gives a session to somebody of whom nothing more is required, whatever the organization's settings. It
// refuses a member who is locked.
func CompleteAnyway(tx *state.Tx, l *Login) (*Response, error) {
	if err := CheckLock(tx, l.Member); err != nil {
		return nil, err
	}
	resp := &Response{
		MemberID: l.Member.MemberID, Organization: l.Org.Organization, MemberAuthenticated: true,
	}
	l.Member = Activate(tx, l.Member, l.Factors)
	if err := l.finish(tx, resp); err != nil {
		return nil, err
	}
	return resp, nil
}

// finish puts the session of a login to which nothing is missing.
func (l *Login) finish(tx *state.Tx, resp *Response) error {
	if !l.keepsFailures {
		l.Member = clearFailures(tx, l.Member)
	}
	if l.Intermediate != nil {
		tx.Intermediates.Delete(l.Intermediate.Token)
	}
	return l.answer(tx, resp)
}

// answer puts the session, and tells of it.
func (l *Login) answer(tx *state.Tx, resp *Response) error {
	s, token, err := l.putSession(tx)
	if err != nil {
		return err
	}
	resp.SessionToken = token
	SignJWT(tx, s, &resp.SessionJWT)
	resp.MemberSession = new(Session(tx, s))
	resp.Member = Member(tx, l.Member)
	return nil
}

// suspend keeps the factors of a login that needs more in an intermediate session: the one that they came from, or a
// new one.
func (l *Login) suspend(tx *state.Tx, resp *Response) {
	i := l.Intermediate
	if i == nil {
		i = NewIntermediate(tx, l.Member.EmailAddress, l.Org.OrganizationID, l.Factors)
	}
	changed := *i
	changed.Factors, changed.Accounts, changed.EmailKnown = l.Factors, l.accounts, l.HasProved()
	if len(factor.Portable(tx, l.Factors)) < len(l.Factors) {
		changed.OrganizationID, changed.Bound = l.Org.OrganizationID, true
	}
	tx.Intermediates.Put(&changed)
	if resp.PrimaryRequired == nil && sendsPasscode(l.Org, l.Member) {
		factor.SendSMSCode(tx, l.Member)
		resp.MFARequired.SecondaryAuthInitiated = organizations.MFAMethodSMSOTP
	}
	resp.IntermediateSessionToken, resp.IntermediateSessionTokenExpiresAt = i.Token, i.ExpiresAt
}

// dropStrangeAccounts makes a login one without accounts that nothing but the organization's identity provider shows to
// be the member's: they would open other organizations, and this one when the provider is gone.
func (l *Login) dropStrangeAccounts(tx *state.Tx) {
	if !l.VouchedFor || l.EmailProved || factor.ProvesEmail(l.Factors, l.Member.EmailAddress) {
		return
	}
	l.accounts = slices.DeleteFunc(slices.Clone(l.accounts), func(a state.Registration) bool {
		return isStrange(tx, l.Member, &a)
	})
}

// CheckSession refuses what the request says of the session, if the project or the member's session does not allow it.
func (l *Login) CheckSession(tx *state.Tx) error {
	if _, err := BoundedDuration(tx, l.request.SessionDurationMinutes, l.duration); err != nil {
		return err
	}
	_, err := l.claims()
	return err
}

// claims are the custom claims of the session.
func (l *Login) claims() (shared.Object, error) {
	if l.Session == nil {
		return state.MergeClaims(nil, l.request.SessionCustomClaims)
	}
	return state.MergeClaims(l.Session.CustomClaims, l.request.SessionCustomClaims)
}

// maxTokens bounds the tokens of a session. The oldest ones are removed first.
const maxTokens = 100

// putSession puts the session of a login, a new one or the member's own with another token, and returns it and the
// token.
func (l *Login) putSession(tx *state.Tx) (s *state.Session, token string, err error) {
	factors := slices.Clone(l.Factors)
	for i, f := range factors {
		factors[i] = factor.Own(tx, l.Member, f)
		if f.EmailFactor != nil && state.Lower(f.EmailFactor.EmailAddress) == state.Lower(l.Member.EmailAddress) {
			factors[i].EmailFactor = &b2csessions.EmailFactor{
				EmailID: l.Member.EmailID, EmailAddress: l.Member.EmailAddress,
			}
		}
	}
	token = tx.Token()
	s = &state.Session{
		ID: tx.ID("member-session"), MemberID: l.Member.MemberID, OrganizationID: l.Org.OrganizationID,
		StartedAt: tx.Now,
	}
	if l.Session != nil {
		s = new(*l.Session)
	}
	duration, err := BoundedDuration(tx, l.request.SessionDurationMinutes, l.duration)
	if err != nil {
		return nil, "", err
	}
	if s.CustomClaims, err = l.claims(); err != nil {
		return nil, "", err
	}
	s.Tokens = append(slices.Clone(s.Tokens[max(0, len(s.Tokens)-maxTokens+1):]), token)
	s.Factors, s.LastAccessedAt, s.ExpiresAt = factors, tx.Now, tx.Now.Add(duration)
	s.ProvedEmail = ""
	if l.HasProved() {
		s.ProvedEmail = state.Lower(l.Member.EmailAddress)
	}
	tx.Sessions.Put(s)
	return s, token, nil
}

// restricts reports whether an organization restricts the auth methods of a member.
func restricts(org *state.Organization, m *state.Member) bool {
	return org.AuthMethods == organizations.AuthMethodsPolicyRestricted && !m.IsBreakglass
}

// CheckMethod refuses a direct login of a member by an auth method that the organization does not allow.
func CheckMethod(org *state.Organization, m *state.Member, method string) error {
	if restricts(org, m) && !slices.Contains(org.AllowedAuthMethods, method) {
		return ops.ErrOperationRestrictedByOrganizationAuthMethods
	}
	return nil
}

// requirements are the factors that a login still needs.
type requirements struct {
	primary *sessions.PrimaryRequired
	mfa     *mfa.MFARequired
}

// none reports whether nothing is missing, so that a session can be issued.
func (r requirements) none() bool { return r.primary == nil && r.mfa == nil }

// requirementsFor returns what is missing for a session in an organization when factors were proved. Of somebody who is
// not a member yet, m has the address alone. With mustProveEmail one of the factors must prove the e-mail address even
// if the member's is verified already, as discovery requires.
func requirementsFor(
	tx *state.Tx, org *state.Organization, m *state.Member, factors []Factor, mustProveEmail bool,
) requirements {
	var missing requirements
	restricted := restricts(org, m)
	allowed := slices.ContainsFunc(factors, func(f Factor) bool {
		return slices.Contains(org.AllowedAuthMethods, factor.Method(&f))
	})
	proved := m.EmailAddressVerified && !mustProveEmail || factor.ProvesEmail(factors, m.EmailAddress)
	switch {
	case restricted && !allowed:
		missing.primary = &sessions.PrimaryRequired{AllowedAuthMethods: org.AllowedAuthMethods}
	case !proved:
		methods := slices.DeleteFunc(factor.EmailProvingMethods(), func(method string) bool {
			return restricted && !slices.Contains(org.AllowedAuthMethods, method)
		})
		missing.primary = &sessions.PrimaryRequired{AllowedAuthMethods: methods}
	}
	wanted := m.MFAEnrolled || org.MFAPolicy == organizations.MFAPolicyRequiredForAll
	if wanted && !slices.ContainsFunc(factors, func(f Factor) bool {
		return allowsMFA(org, m, factor.MFAMethod(&f)) && isOwnSecond(tx, m, &f)
	}) {
		missing.mfa = &mfa.MFARequired{MemberOptions: memberOptions(org, m)}
	}
	return missing
}
