package stytchtest

import (
	"cmp"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/b2c/sessions"
)

// Lifetimes of tokens.
const (
	sessionJWTLifetime  = 5 * time.Minute
	accessTokenLifetime = time.Hour
)

// Default claims of minted tokens.
const (
	defaultMember       = "member-test-00000000-0000-4000-8000-000000000000"
	defaultOrganization = "organization-test-00000000-0000-4000-8000-000000000000"
	defaultSlug         = "example"
	defaultClient       = "m2m-client-test-00000000-0000-4000-8000-000000000000"
	defaultSession      = "session-test-00000000-0000-4000-8000-000000000000" // a member's begins with "member-"
)

// Session describes the session of [Server.MintSessionJWT]: a user's if UserID is set, else a member's. Its zero value
// is a member who has just logged in by e-mail. An empty id has a default, which is the same in every token.
type Session struct {
	ID       string
	UserID   string
	MemberID string
	// OrganizationID and OrganizationSlug are the member's. The default slug is "example".
	OrganizationID, OrganizationSlug string
	// Roles are role ids. Nil means the role that everybody has: stytch_member or stytch_user.
	Roles []string
	// Factors are the authentication factors, whose type b2b/sessions has too. Nil means a magic link by e-mail,
	// authenticated when the JWT was issued.
	Factors []sessions.AuthenticationFactor
	// CustomClaims are added to the JWT. They do not replace its other claims.
	CustomClaims map[string]any
	// StartedAt is when the JWT was issued by default, ExpiresAt an hour from now.
	StartedAt, ExpiresAt time.Time
}

// AccessToken describes the token of [Server.MintAccessToken]: that of a Connected App if UserID or MemberID names the
// person on whose behalf it acts, else that of an M2M client.
type AccessToken struct {
	// ClientID is that of the M2M client or Connected App. Its default is the same in every token.
	ClientID string
	// Scopes are the token's. Nil means none.
	Scopes   []string
	UserID   string
	MemberID string
	// OrganizationID and OrganizationSlug are the member's, with the defaults of a [Session].
	OrganizationID, OrganizationSlug string
	// CustomClaims are added to the token. They do not replace its other claims.
	CustomClaims map[string]any
}

// MintSessionJWT returns a session JWT, issued now by the Server's clock and valid for five minutes. The Server's
// clients accept it in local verification. The session itself does not exist: the API answers session_not_found.
func (s *Server) MintSessionJWT(session Session, opts ...TokenOption) string {
	s.tb.Helper()
	if session.UserID != "" && (session.MemberID != "" || session.OrganizationID != "") {
		check(s.tb, errors.New("a session is either a member's or a user's"))
	}
	m := s.minting(sessionJWTLifetime, opts)
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
		"started_at":             orElse(session.StartedAt, m.issuedAt).UTC().Format(time.RFC3339),
		"last_accessed_at":       m.issuedAt.UTC().Format(time.RFC3339),
		"expires_at":             orElse(session.ExpiresAt, s.Clock().Now().Add(time.Hour)).UTC().Format(time.RFC3339),
		"attributes":             map[string]any{"user_agent": "", "ip_address": ""},
		"authentication_factors": factors,
		"roles":                  roles,
	}
	if session.UserID == "" {
		claims["https://stytch.com/organization"] = organization(session.OrganizationID, session.OrganizationSlug)
	}
	return s.sign(m, claims)
}

// MintAccessToken returns an access token, issued now by the Server's clock and valid for an hour. The Server's clients
// accept it in local verification.
func (s *Server) MintAccessToken(token AccessToken, opts ...TokenOption) string {
	s.tb.Helper()
	if token.UserID != "" && token.MemberID != "" {
		check(s.tb, errors.New("an access token is either for a member or for a user"))
	}
	m := s.minting(accessTokenLifetime, opts)
	client := cmp.Or(token.ClientID, defaultClient)
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

// emailFactor is a magic link by e-mail, authenticated when the token was issued.
func (m *minting) emailFactor() sessions.AuthenticationFactor {
	return sessions.AuthenticationFactor{
		Type:                sessions.AuthenticationFactorTypeMagicLink,
		DeliveryMethod:      sessions.AuthenticationFactorDeliveryMethodEmail,
		LastAuthenticatedAt: m.issuedAt.UTC().Truncate(time.Second),
		EmailFactor:         &sessions.EmailFactor{EmailID: "email-test-1", EmailAddress: "ada@example.com"},
	}
}

// organization is the organization claim.
func organization(id, slug string) map[string]any {
	return map[string]any{"organization_id": cmp.Or(id, defaultOrganization), "slug": cmp.Or(slug, defaultSlug)}
}

// claims are the registered claims (RFC 7519, section 4.1), and custom ones with other names.
func (m *minting) claims(custom map[string]any, subject string) map[string]any {
	claims := maps.Clone(custom)
	if claims == nil {
		claims = map[string]any{}
	}
	claims["iss"], claims["aud"], claims["sub"] = "stytch.com/"+m.project, []string{m.project}, subject
	claims["iat"], claims["nbf"] = m.issuedAt.Unix(), m.issuedAt.Unix()
	claims["exp"] = m.issuedAt.Add(m.lifetime).Unix()
	return claims
}

func orElse(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}
