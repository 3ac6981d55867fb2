package stytchtest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2b/discovery"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Visitor is a person who has logged in.
type Visitor struct {
	// Email is the member's address, as the API has it.
	Email    string
	MemberID string
	// OrganizationSlug is the slug when the person logged in.
	OrganizationID, OrganizationSlug string

	SessionToken string `stytch:"secret"`
	SessionJWT   string `stytch:"secret"` // valid for five minutes
	// ExpiresAt is the end of the session, an hour after the login.
	ExpiresAt time.Time
}

// Format shows v with its secrets masked.
func (v Visitor) Format(s fmt.State, _ rune) { secret.Format(s, v) }

// LogValue returns v with its secrets masked.
func (v Visitor) LogValue() slog.Value { return secret.LogValue(v) }

// Bearer sets the request's Authorization header to the session JWT, and returns the request.
func (v *Visitor) Bearer(r *http.Request) *http.Request {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set("Authorization", "Bearer "+v.SessionJWT)
	return r
}

// Tokens are the session's, for the cookies of a request: see [httpauth.Guard.Cookies].
func (v *Visitor) Tokens() httpauth.Tokens {
	return httpauth.Tokens{SessionToken: v.SessionToken, SessionJWT: v.SessionJWT, ExpiresAt: v.ExpiresAt}
}

// LogIn logs somebody in by a magic link, for an hour: in the organization that the address is an active member of, the
// first if there are several, else in a new one. What the options set is stored in the project, so that later JWTs and
// the API's responses have it too; roles are the member's, so that other sessions have them as well.
//
// LogIn makes API calls, which are subject to faults and to what [Server.Respond] has set. Its link leads to the first
// registered redirect URL, if there are any. It fails if the organization requires a second factor, which LogIn does
// not prove, or does not allow magic links: set MFAPolicy or AuthMethods after the login, whose session stays.
// It is safe for concurrent use.
func (s *Server) LogIn(email string, opts ...LogInOption) *Visitor {
	s.tb.Helper()
	v, err := s.logIn(s.tb.Context(), email, opts)
	if err != nil {
		check(s.tb, fmt.Errorf("LogIn: %w", err))
	}
	return v
}

func (s *Server) logIn(ctx context.Context, email string, opts []LogInOption) (*Visitor, error) {
	var l logIn
	for _, opt := range opts {
		if err := opt(&l); err != nil {
			return nil, err
		}
	}
	token, err := s.followLink(ctx, email)
	if err != nil {
		return nil, err
	}
	l.token, l.email = token, email
	login, err := s.enter(ctx, &l)
	if err != nil {
		return nil, err
	}
	if login.Next.Kind != b2bsessions.StepDone {
		return nil, fmt.Errorf("the organization %s requires another factor (%s), which LogIn cannot prove: "+
			"log in before you set its MFAPolicy or AuthMethods", login.Organization.OrganizationSlug, login.Next.Kind)
	}
	v := &Visitor{
		Email: login.Member.EmailAddress, MemberID: login.MemberID,
		OrganizationID: login.Organization.OrganizationID, OrganizationSlug: login.Organization.OrganizationSlug,
		SessionToken: login.SessionToken, SessionJWT: login.SessionJWT, ExpiresAt: login.Session.ExpiresAt,
	}
	if l.roles == nil && len(l.factors) == 0 {
		return v, nil
	}
	v.SessionJWT, err = s.change(ctx, login, &l)
	return v, err
}

// followLink authenticates a magic link and returns the intermediate session token. A PKCE challenge of its own tells
// the link apart from others to the address: with another verifier they are refused, and stay valid.
func (s *Server) followLink(ctx context.Context, email string) (string, error) {
	verifier := fmt.Sprintf("%043d", s.logIns.Add(1)) // the shortest that RFC 7636 allows
	hash := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(hash[:])
	_, err := s.client.B2B.MagicLinks.Email.Discovery.Send(ctx, &magiclinksemaildiscovery.SendRequest{
		EmailAddress: email, PKCECodeChallenge: &challenge,
	})
	if err != nil {
		return "", err
	}
	err = errors.New("there is none")
	for _, m := range s.Inbox().Messages(email) {
		if m.Template != "discovery_magic_link" {
			continue
		}
		var resp *magiclinksdiscovery.AuthenticateResponse
		resp, err = s.client.B2B.MagicLinks.Discovery.Authenticate(ctx, &magiclinksdiscovery.AuthenticateRequest{
			DiscoveryMagicLinksToken: m.Token, PKCECodeVerifier: &verifier,
		})
		if err == nil {
			return resp.IntermediateSessionToken, nil
		}
		if !slices.ContainsFunc(ofOtherLinks, func(code error) bool { return errors.Is(err, code) }) {
			return "", err
		}
	}
	return "", fmt.Errorf("no message to %s with the link of this login: %w", email, err)
}

// ofOtherLinks are the errors for a link whose challenge is not the verifier's.
var ofOtherLinks = []error{
	stytcherror.CodePKCEMismatch, stytcherror.CodePKCEDidNotExpectCodeVerifier,
	stytcherror.CodeUnableToAuthMagicLink, stytcherror.CodeMagicLinkNotFound,
}

// enter logs in to the organization that was chosen, or to one of the person's.
func (s *Server) enter(ctx context.Context, l *logIn) (b2bsessions.Login, error) {
	if l.slug == "" {
		return s.chooseOrganization(ctx, l)
	}
	login, err := s.join(ctx, l)
	if errors.Is(err, stytcherror.CodeOrganizationNotFound) || errors.Is(err, stytcherror.CodeInvalidOrganizationID) {
		if login, err = s.create(ctx, l); err == nil {
			s.tb.Logf("stytchtest: LogIn: there was no organization %q, so it was created", l.slug)
		}
	}
	if errors.Is(err, stytcherror.CodeOrganizationSlugAlreadyUsed) { // another login has just created it
		login, err = s.join(ctx, l)
	}
	return login, err
}

// chooseOrganization logs in to the first organization of which the person is an active member, or to a new one. One
// call runs at a time: two logins of a new person get one organization. The lock is a channel, because a goroutine that
// waits for a mutex stops the time of testing/synctest.
func (s *Server) chooseOrganization(ctx context.Context, l *logIn) (b2bsessions.Login, error) {
	s.choosing <- struct{}{}
	defer func() { <-s.choosing }()
	resp, err := s.client.B2B.Discovery.Organizations.List(ctx, &discoveryorganizations.ListRequest{
		IntermediateSessionToken: &l.token,
	})
	if err != nil {
		return b2bsessions.Login{}, err
	}
	for _, d := range resp.DiscoveredOrganizations {
		if d.Membership.Type == discovery.MembershipTypeActiveMember {
			return s.exchange(ctx, l, d.Organization.OrganizationID)
		}
	}
	return s.create(ctx, l)
}

// join logs in to an organization that exists. Somebody who is not a member and may not become one is made one.
func (s *Server) join(ctx context.Context, l *logIn) (b2bsessions.Login, error) {
	login, err := s.exchange(ctx, l, l.slug)
	if !errors.Is(err, stytcherror.CodeEmailJITProvisioningNotAllowed) &&
		!errors.Is(err, stytcherror.CodeInvalidEmailForJITProvisioning) {
		return login, err
	}
	if _, err := s.AddMember(l.slug, l.email); err != nil {
		return b2bsessions.Login{}, err
	}
	return s.exchange(ctx, l, l.slug)
}

func (s *Server) exchange(ctx context.Context, l *logIn, organization string) (b2bsessions.Login, error) {
	resp, err := s.client.B2B.Discovery.IntermediateSessions.Exchange(ctx, &intermediatesessions.ExchangeRequest{
		IntermediateSessionToken: l.token, OrganizationID: organization, SessionCustomClaims: l.claims,
	})
	if err != nil {
		return b2bsessions.Login{}, err
	}
	return resp.Login(), nil
}

// create logs in to a new organization. Without a slug, its name and slug come from the address.
func (s *Server) create(ctx context.Context, l *logIn) (b2bsessions.Login, error) {
	resp, err := s.client.B2B.Discovery.Organizations.Create(ctx, &discoveryorganizations.CreateRequest{
		IntermediateSessionToken: l.token, SessionCustomClaims: l.claims,
		OrganizationName: shared.NonZero(l.slug), OrganizationSlug: shared.NonZero(l.slug),
	})
	if err != nil {
		return b2bsessions.Login{}, err
	}
	return resp.Login(), nil
}

// change sets the factors of a session and the roles of its member, and returns a JWT that has them.
func (s *Server) change(ctx context.Context, login b2bsessions.Login, l *logIn) (string, error) {
	now := s.Clock().Now()
	for _, p := range l.factors {
		f := p.factor(login.Session.AuthenticationFactors)
		f.LastAuthenticatedAt = now.Add(-p.age)
		f.CreatedAt, f.UpdatedAt = f.LastAuthenticatedAt, f.LastAuthenticatedAt
		if err := s.AddFactor(login.Session.MemberSessionID, f); err != nil {
			return "", err
		}
	}
	if l.roles != nil {
		if err := s.AssignRoles(login.MemberID, *l.roles...); err != nil {
			return "", err
		}
	}
	resp, err := s.client.B2B.Sessions.Authenticate(ctx, &b2bsessions.AuthenticateRequest{
		SessionToken: &login.SessionToken,
	})
	if err != nil {
		return "", err
	}
	return resp.SessionJWT, nil
}
