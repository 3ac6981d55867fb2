package emulator

import (
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/shared"
)

// state is everything that a project stores. Its JSON is part of a snapshot.
type state struct {
	Organizations []*organizations.Organization `json:"organizations"`
	Members       []*member                     `json:"members"`
	Sessions      []*session                    `json:"sessions"`
	Intermediate  []*intermediate               `json:"intermediate_sessions"`
	MagicLinks    []*magicLink                  `json:"magic_links"`
	Passcodes     []*passcode                   `json:"passcodes"`
	Roles         []organizations.CustomRole    `json:"roles"`
	Keys          []*key                        `json:"keys"`
}

func newState() *state { return &state{Roles: defaultRoles()} }

// find returns the first record for which a condition holds, nil if there is none.
func find[T any](records []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(records, is); i >= 0 {
		return records[i]
	}
	return nil
}

// member is a member as the API returns it, and what the API does not return. Roles and IsAdmin are computed for each
// response.
type member struct {
	organizations.Member
	EmailID string `json:"email_id"`
	// AssignedRoles are the roles that were assigned to the member directly.
	AssignedRoles []string `json:"assigned_roles"`
}

// session is a member's session. Factors are oldest first.
type session struct {
	ID             string                          `json:"member_session_id"`
	MemberID       string                          `json:"member_id"`
	OrganizationID string                          `json:"organization_id"`
	Tokens         []string                        `json:"tokens"`
	StartedAt      time.Time                       `json:"started_at"`
	LastAccessedAt time.Time                       `json:"last_accessed_at"`
	ExpiresAt      time.Time                       `json:"expires_at"`
	Factors        []sessions.AuthenticationFactor `json:"authentication_factors"`
	CustomClaims   shared.Object                   `json:"custom_claims"`
}

// intermediate is an intermediate session: factors that somebody has proved, for which there is no session yet.
type intermediate struct {
	Token string `json:"token"`
	Email string `json:"email_address"`
	// OrganizationID is the organization that it is bound to, empty for discovery.
	OrganizationID string                          `json:"organization_id"`
	Factors        []sessions.AuthenticationFactor `json:"authentication_factors"`
	// Tenants are the OAuth tenants that the person belongs to.
	Tenants   []tenant  `json:"oauth_tenants"`
	ExpiresAt time.Time `json:"expires_at"`
}

// tenant is a workspace at an OAuth provider (slack, hubspot or github).
type tenant struct {
	Provider string `json:"provider"`
	ID       string `json:"tenant_id"`
}

// magicLink is a magic link that was sent.
type magicLink struct {
	Token     string    `json:"token"`
	Email     string    `json:"email_address"`
	Challenge string    `json:"pkce_code_challenge"`
	Used      bool      `json:"used"`
	ExpiresAt time.Time `json:"expires_at"`
}

// passcode is a code that was sent by text message.
type passcode struct {
	Code      string    `json:"code"`
	MemberID  string    `json:"member_id"`
	Phone     string    `json:"phone_number"`
	ExpiresAt time.Time `json:"expires_at"`
}
