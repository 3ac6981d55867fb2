package httpauth

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

// Kind says what a [Principal] is.
type Kind string

// The kinds of principals.
const (
	KindMember  Kind = "member"  // of an organization, with a session
	KindUser    Kind = "user"    // with a session
	KindMachine Kind = "machine" // an M2M client, with an access token
	KindApp     Kind = "app"     // a Connected App that acts for a member or user, with an access token
)

// A Principal is who sends a request. All who hold one share it: do not change it. A pointer to it prints and logs as
// its ids only.
type Principal struct {
	Kind Kind
	// ID is the id of the member or user, or the machine's client id.
	ID string
	// ClientID is that of a machine or an app.
	ClientID string
	// SessionID is empty for machines and apps.
	SessionID string
	// OrganizationID is the principal's own organization, and what queries use, never a value of the request. It is
	// empty for users and machines. OrganizationSlug is the slug when Stytch last vouched; it may change.
	OrganizationID, OrganizationSlug string
	// Roles are the ids of a session's roles, Scopes those of a machine or an app.
	Roles, Scopes []string
	// Factors are how the session was authenticated. Their type is that of b2b/sessions and b2c/sessions alike.
	Factors []sessions.AuthenticationFactor
	// CustomClaims are the application's own claims. See [Claims].
	CustomClaims map[string]any
	// Impersonator is the id of who acts in the principal's name, "unknown" if the API does not say, or empty. The
	// e-mail address is in the ImpersonatedFactor of one of Factors. An impersonator passes neither [Factor] nor
	// [FreshWithin].
	Impersonator string
	// CheckedAt is when Stytch last vouched for the session, its last_accessed_at where a JWT says so, or issued the
	// access token.
	CheckedAt time.Time
	// ExpiresAt is the end of the session or access token. Bound long answers by it.
	ExpiresAt time.Time
	// Stale is set if the JWT had expired and the API could not be reached: see Config.OutageGrace.
	Stale bool

	// authorization has a token of the session.
	authorization shared.Authorization
	// isVerified is set unless a test made the Principal.
	isVerified bool
}

// HasRole reports whether the session has a role. Prefer [Permission]: roles are the project's to rename.
func (p *Principal) HasRole(id string) bool { return slices.Contains(p.Roles, id) }

// unusable is refused by every call: an authorization with both fields is ambiguous. An empty one would let the call do
// all that the project's secret permits.
var unusable = shared.Authorization{SessionToken: "none", SessionJWT: "none"}

// Authorization is for SDK calls in the principal's own name, with [shared.WithAuthorization]: the API refuses what its
// roles do not permit. It has either the session token or a JWT. Requests with fields for both, as to authenticate
// another factor, are given both through [shared.NonZero]. With that of a machine, an app, or a Principal of a test,
// every call fails with an ArgumentError.
func (p *Principal) Authorization() shared.Authorization {
	if p.authorization.IsZero() {
		return unusable
	}
	return p.authorization
}

// own returns how the API is asked about the session. Its text is empty for access tokens, and in tests.
func (p *Principal) own() credential {
	if p.authorization.SessionToken != "" {
		return credential{text: p.authorization.SessionToken}
	}
	return credential{text: p.authorization.SessionJWT, isJWT: true}
}

// scope returns an access token's scopes as one string.
func (p *Principal) scope() string { return strings.Join(p.Scopes, " ") }

// String returns kind and ids, as in "member member-test-... in organization-test-...".
func (p *Principal) String() string {
	if p == nil {
		return "nobody"
	}
	text := string(p.Kind) + " " + p.ID
	if p.Kind == KindApp {
		text = "app " + p.ClientID + " for " + p.ID
	}
	if p.OrganizationID != "" {
		text += " in " + p.OrganizationID
	}
	if p.Impersonator != "" {
		text += " by impersonator " + p.Impersonator
	}
	return text
}

// Format writes the text of String, whatever the verb.
func (p Principal) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, p.String()) }

// LogValue returns the kind and the ids.
func (p *Principal) LogValue() slog.Value {
	if p == nil {
		return slog.StringValue("nobody")
	}
	attrs := []slog.Attr{slog.String("kind", string(p.Kind)), slog.String("id", p.ID)}
	for _, a := range []slog.Attr{
		slog.String("client_id", p.ClientID),
		slog.String("session_id", p.SessionID),
		slog.String("organization_id", p.OrganizationID),
		slog.String("impersonator", p.Impersonator),
	} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	return slog.GroupValue(attrs...)
}

// Claims decodes a principal's CustomClaims into a T, such as a struct with json tags. Names must match in case; claims
// that T does not have are ignored. The error is a *stytcherror.DecodeError that names the claim.
func Claims[T any](p *Principal) (T, error) {
	return verify.DecodeClaims[T]("httpauth.Claims", verify.OrEmpty(p).CustomClaims)
}

// impersonator returns the id of who impersonates a member or user, or "".
func impersonator(factors []sessions.AuthenticationFactor) string {
	for i := range factors {
		f := &factors[i]
		switch {
		case f.ImpersonatedFactor != nil:
			return cmp.Or(f.ImpersonatedFactor.ImpersonatorID, "unknown")
		case f.Type == sessions.AuthenticationFactorTypeImpersonated:
			return "unknown"
		}
	}
	return ""
}
