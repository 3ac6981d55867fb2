package stytchtest

import (
	"cmp"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/b2c/sessions"
)

// How long tokens live.
const (
	sessionJWTLife  = 5 * time.Minute
	accessTokenLife = time.Hour
)

// What a minted token says where nothing else was asked for.
const (
	defaultMember       = "member-test-00000000-0000-4000-8000-000000000000"
	defaultOrganization = "organization-test-00000000-0000-4000-8000-000000000000"
	defaultSlug         = "example"
	defaultMachine      = "m2m-client-test-00000000-0000-4000-8000-000000000000"
	defaultSession      = "session-test-00000000-0000-4000-8000-000000000000" // a member's begins with "member-"
)

const timeForm = "2006-01-02T15:04:05Z"

// Session is what a session JWT says, of a user's session if UserID is set, else of a member's. Its zero value is a
// member who logged in by e-mail just now. For an empty id there is a default, the same in every token.
type Session struct {
	ID       string
	UserID   string
	MemberID string
	// OrganizationID and OrganizationSlug are the member's. The default slug is "example".
	OrganizationID, OrganizationSlug string
	// Roles are role ids. Nil means those that everybody has, stytch_member or stytch_user.
	Roles []string
	// Factors are those that were proved. Nil means a link sent by e-mail, followed when the JWT was issued.
	Factors []sessions.AuthenticationFactor
	// CustomClaims stand beside the JWT's own, which they cannot replace.
	CustomClaims map[string]any
	// StartedAt and ExpiresAt bound the session. Zero means when the JWT was issued, and an hour from now.
	StartedAt, ExpiresAt time.Time
}

// AccessToken is what an access token says, of a Connected App if UserID or MemberID says for whom the app acts, else
// of an M2M client.
type AccessToken struct {
	// ClientID is the client's or the app's. There is a default, the same in every token.
	ClientID string
	Scopes   []string
	UserID   string
	MemberID string
	// OrganizationID and OrganizationSlug are the member's, with the defaults of a [Session].
	OrganizationID, OrganizationSlug string
	// CustomClaims stand beside the token's own, which they cannot replace.
	CustomClaims map[string]any
}

// MintSessionJWT returns a session JWT that is issued now, by the Server's clock, and valid for five minutes. The
// Server's clients accept it when they verify it locally. There is no such session, though: when the API is asked about
// it, the answer is session_not_found.
func (s *Server) MintSessionJWT(session Session, opts ...TokenOption) string {
	s.tb.Helper()
	if session.UserID != "" && (session.MemberID != "" || session.OrganizationID != "") {
		check(s.tb, errors.New("a session is either a member's or a user's"))
	}
	m := s.minting(sessionJWTLife, opts)
	person, id, roles := session.UserID, defaultSession, []string{"stytch_user"}
	if person == "" {
		person, id = cmp.Or(session.MemberID, defaultMember), "member-"+defaultSession
		roles = []string{"stytch_member"}
	}
	if session.Roles != nil {
		roles = session.Roles
	}
	factors := session.Factors
	if factors == nil {
		factors = []sessions.AuthenticationFactor{m.emailFactor()}
	}
	claims := m.claims(session.CustomClaims, person)
	claims["https://stytch.com/session"] = map[string]any{
		"id":                     cmp.Or(session.ID, id),
		"started_at":             orElse(session.StartedAt, m.issuedAt).UTC().Format(timeForm),
		"last_accessed_at":       m.issuedAt.UTC().Format(timeForm),
		"expires_at":             orElse(session.ExpiresAt, s.Clock().Now().Add(time.Hour)).UTC().Format(timeForm),
		"attributes":             map[string]any{"user_agent": "", "ip_address": ""},
		"authentication_factors": factors,
		"roles":                  roles,
	}
	if session.UserID == "" {
		claims["https://stytch.com/organization"] = organization(session.OrganizationID, session.OrganizationSlug)
	}
	return s.sign(m, claims)
}

// MintAccessToken returns an access token that is issued now, by the Server's clock, and valid for an hour. The
// Server's clients accept it when they verify it locally.
func (s *Server) MintAccessToken(token AccessToken, opts ...TokenOption) string {
	s.tb.Helper()
	if token.UserID != "" && token.MemberID != "" {
		check(s.tb, errors.New("an app acts either for a member or for a user"))
	}
	m := s.minting(accessTokenLife, opts)
	client := cmp.Or(token.ClientID, defaultMachine)
	person := cmp.Or(token.UserID, token.MemberID)
	claims := m.claims(token.CustomClaims, cmp.Or(person, client))
	claims["scope"] = strings.Join(token.Scopes, " ")
	if person != "" {
		claims["client_id"] = client
	}
	if token.MemberID != "" {
		claims["https://stytch.com/organization"] = organization(token.OrganizationID, token.OrganizationSlug)
	}
	return s.sign(m, claims)
}

// emailFactor is a link sent by e-mail, followed when the token was issued.
func (m *minting) emailFactor() sessions.AuthenticationFactor {
	return sessions.AuthenticationFactor{
		Type:                sessions.AuthenticationFactorTypeMagicLink,
		DeliveryMethod:      sessions.AuthenticationFactorDeliveryMethodEmail,
		LastAuthenticatedAt: m.issuedAt.UTC().Truncate(time.Second),
		EmailFactor:         &sessions.EmailFactor{EmailID: "email-test-1", EmailAddress: "ada@example.com"},
	}
}

func organization(id, slug string) map[string]any {
	return map[string]any{"organization_id": cmp.Or(id, defaultOrganization), "slug": cmp.Or(slug, defaultSlug)}
}

// claims are those that every token has (RFC 7519, section 4.1), and custom ones.
func (m *minting) claims(custom map[string]any, subject string) map[string]any {
	claims := maps.Clone(custom)
	if claims == nil {
		claims = map[string]any{}
	}
	claims["iss"], claims["aud"], claims["sub"] = "stytch.com/"+m.project, []string{m.project}, subject
	claims["iat"], claims["nbf"] = m.issuedAt.Unix(), m.issuedAt.Unix()
	claims["exp"] = m.issuedAt.Add(m.life).Unix()
	return claims
}

func orElse(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}
