package login

import (
	"time"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/sign"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// The sandbox's values. What is answered for them is always the same, but for times, and nothing is stored or sent.
// Unverified: all ids but the organization's, and the tokens that are answered.
const (
	SandboxEmail = "sandbox@stytch.com"

	sandboxOrganizationID = "organization-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b"
	sandboxMemberID       = "member-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b"
	sandboxSessionID      = "member-session-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b"
	sandboxEmailID        = "email-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b"
	sandboxSlug           = "sandbox"

	sandboxToken     = "DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94="
	sandboxUsedToken = "3pzjQpgksDlGKWEwUq2Up--hCHC_0oamfLHyfspKDFU="

	// SandboxSessionToken is answered as the token of sessions and of intermediate sessions.
	SandboxSessionToken = "WJtR5BCy38Szd5AfoDpf0iqFKEt4EE5JhjlWUY7l3FtY"
)

// sandboxCreated is when the sandbox's organization and member were created.
var sandboxCreated = time.Date(2021, time.August, 28, 0, 41, 58, 0, time.UTC)

// IsSandbox reports whether a call is about the sandbox's member.
func IsSandbox(organizationID, email string) bool {
	return organizationID == sandboxOrganizationID && state.Lower(email) == SandboxEmail
}

// SandboxMember is the sandbox's member.
func SandboxMember() organizations.Member {
	return organizations.Member{
		OrganizationID: sandboxOrganizationID, MemberID: sandboxMemberID,
		EmailAddress: SandboxEmail, EmailAddressVerified: true, Status: organizations.MemberStatusActive,
		CreatedAt: sandboxCreated, UpdatedAt: sandboxCreated,
	}
}

// SandboxOrganization is the sandbox's organization.
func SandboxOrganization() organizations.Organization {
	org := state.DefaultOrganization()
	org.OrganizationID, org.OrganizationName, org.OrganizationSlug = sandboxOrganizationID, "Sandbox", sandboxSlug
	org.CreatedAt, org.UpdatedAt = sandboxCreated, sandboxCreated
	return org
}

// IsSandboxLink reports whether a token of a magic link is the sandbox's. The error is the refusal that one of the two
// stands for.
func IsSandboxLink(token string) (bool, error) {
	switch token {
	case sandboxToken:
		return true, nil
	case sandboxUsedToken:
		return true, ops.ErrUnableToAuthMagicLink
	default:
		return false, nil
	}
}

// Sandbox ends a login by the sandbox's magic link. The session is not stored; its JWT is valid.
func (l *Login) Sandbox(tx *state.Tx) (resp *Response, methodID string, err error) {
	s := &state.Session{
		ID: sandboxSessionID, MemberID: sandboxMemberID, OrganizationID: sandboxOrganizationID,
		StartedAt: tx.Now, LastAccessedAt: tx.Now, ExpiresAt: tx.Now.Add(l.duration),
		Factors: []Factor{factor.MagicLink(tx, sandboxEmailID, SandboxEmail)},
	}
	if s.CustomClaims, err = state.MergeClaims(nil, l.request.SessionCustomClaims); err != nil {
		return nil, "", err
	}
	session := sessionResponse(s, sandboxSlug, []string{})
	resp = &Response{
		MemberAuthenticated: true, MemberID: sandboxMemberID, Member: SandboxMember(),
		Organization: SandboxOrganization(), SessionToken: SandboxSessionToken, MemberSession: &session,
	}
	sign.Session(tx, s, sandboxSlug, session.Roles, &resp.SessionJWT)
	return resp, sandboxEmailID, nil
}
