package flows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestInvite_memberBecomesActive(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.joinable()
	h.alter("organizations", "organization_slug", "acme", map[string]any{"custom_roles": []any{map[string]any{"role_id": "editor"}}})
	invite := func(change func(*email.InviteRequest)) *email.InviteResponse {
		req := &email.InviteRequest{OrganizationID: "acme-1", EmailAddress: "Bob@example.net", InvitedByMemberID: &v.MemberID}
		change(req)
		resp, err := h.api.B2B.MagicLinks.Email.Invite(t.Context(), req)
		require.NoError(t, err)
		return resp
	}
	first := invite(func(r *email.InviteRequest) {
		r.Name, r.Roles = new("Bob"), []string{"editor", "stytch_admin", "editor"}
		r.TrustedMetadata, r.UntrustedMetadata = shared.Object{"a": "b"}, shared.Object{"c": "d"}
		r.InviteRedirectURL = new("https://example.com/invite")
	})
	assert.Equal(t, "invited", first.Member.Status)
	assert.Equal(t, "Bob", first.Member.Name)
	assert.Equal(t, shared.Object{"a": "b"}, first.Member.TrustedMetadata)
	assert.Equal(t, shared.Object{"c": "d"}, first.Member.UntrustedMetadata)
	var roles []string
	for _, role := range first.Member.Roles {
		roles = append(roles, role.RoleID)
	}
	assert.Equal(t, []string{"stytch_member", "editor", "stytch_admin"}, roles)
	message := h.WaitMessage("bob@example.net")
	assert.Equal(t, "invite_magic_link", message.Template)
	assert.Equal(t, "Bob@example.net", message.To)
	assert.True(t, strings.HasPrefix(message.Link, "https://example.com/invite?"), message.Link)

	h.Clock().Advance(time.Minute)
	again := invite(func(*email.InviteRequest) {})
	assert.Equal(t, first.Member, again.Member, "another invitation without fields changes nothing")
	changed := invite(func(r *email.InviteRequest) { r.Name, r.Roles = new("Robert"), []string{} })
	assert.Equal(t, "Robert", changed.Member.Name)
	assert.Len(t, changed.Member.Roles, 1)
	assert.Equal(t, shared.Object{"a": "b"}, changed.Member.TrustedMetadata)
	assert.Greater(t, changed.Member.UpdatedAt, first.Member.UpdatedAt)

	login, err := h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(),
		&email.LoginOrSignupRequest{OrganizationID: "acme", EmailAddress: "bob@example.net"})
	require.NoError(t, err, "whoever was invited needs no provisioning")
	assert.False(t, login.MemberCreated)
	assert.Equal(t, "signup_magic_link", h.WaitMessage("bob@example.net").Template)
	resp, err := h.follow(message.Token)
	require.NoError(t, err)
	assert.Equal(t, first.MemberID, resp.MemberID)
	assert.Equal(t, "active", resp.Member.Status)
	assert.True(t, resp.Member.EmailAddressVerified)
	_, err = h.api.B2B.MagicLinks.Email.Invite(t.Context(), &email.InviteRequest{OrganizationID: "acme", EmailAddress: "bob@example.net"})
	require.ErrorIs(t, err, stytcherror.CodeDuplicateMemberEmail)

	pending := h.link("acme", "eve@example.com")
	assert.NotEmpty(t, pending)
	eve, err := h.api.B2B.MagicLinks.Email.Invite(t.Context(), &email.InviteRequest{OrganizationID: "acme", EmailAddress: "eve@example.com"})
	require.NoError(t, err)
	assert.Equal(t, "invited", eve.Member.Status, "a pending member is invited")
}

func TestInvite_linkWorksForAWeekOrAsLongAsAsked(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.joinable()
	for minutes, given := range map[int]*int{10_080: nil, 5: new(5)} {
		for _, after := range []time.Duration{-10 * time.Second, 0} {
			_, err := h.api.B2B.MagicLinks.Email.Invite(t.Context(), &email.InviteRequest{
				OrganizationID: "acme", EmailAddress: "bob@example.net", InviteExpirationMinutes: given,
			})
			require.NoError(t, err)
			message := h.WaitMessage("bob@example.net")
			h.Clock().Set(message.SentAt.Add(time.Duration(minutes)*time.Minute + after))
			_, err = h.follow(message.Token, func(r *magiclinks.AuthenticateRequest) { r.PKCECodeVerifier = new("x") })
			if after < 0 {
				require.ErrorIs(t, err, stytcherror.CodePKCEDidNotExpectCodeVerifier)
			} else {
				require.ErrorIs(t, err, stytcherror.CodeUnableToAuthMagicLink)
			}
		}
	}
}

func TestInvite_refusesWhatIsMalformedTakenOrNotAllowed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.joinable()
	stranger := h.create("eve@example.net")
	invite := func(change func(*email.InviteRequest)) error {
		req := &email.InviteRequest{OrganizationID: v.Organization.OrganizationID, EmailAddress: "bob@example.net"}
		change(req)
		_, err := h.api.B2B.MagicLinks.Email.Invite(t.Context(), req)
		return err
	}
	long := shared.Object{"k": strings.Repeat("x", 4089)}
	for name, row := range map[string]struct {
		change func(*email.InviteRequest)
		code   stytcherror.Code
	}{
		"a malformed address":       {func(r *email.InviteRequest) { r.EmailAddress = "bob" }, stytcherror.CodeInvalidEmail},
		"a language":                {func(r *email.InviteRequest) { r.Locale = new(shared.LocaleIT) }, stytcherror.CodeInvalidLocale},
		"too short":                 {func(r *email.InviteRequest) { r.InviteExpirationMinutes = new(4) }, stytcherror.CodeInvalidExpiration},
		"too long":                  {func(r *email.InviteRequest) { r.InviteExpirationMinutes = new(10_081) }, stytcherror.CodeInvalidExpiration},
		"a URL":                     {func(r *email.InviteRequest) { r.InviteRedirectURL = new("x") }, stytcherror.CodeInvalidInviteMagicLinkURL},
		"a long name":               {func(r *email.InviteRequest) { r.Name = new(strings.Repeat("x", 129)) }, stytcherror.CodeBadRequest},
		"trusted metadata":          {func(r *email.InviteRequest) { r.TrustedMetadata = long }, stytcherror.CodeMetadataTooLarge},
		"untrusted metadata":        {func(r *email.InviteRequest) { r.UntrustedMetadata = long }, stytcherror.CodeMetadataTooLarge},
		"an unknown role":           {func(r *email.InviteRequest) { r.Roles = []string{"editor"} }, stytcherror.CodeInvalidRBACRoleID},
		"everybody's role":          {func(r *email.InviteRequest) { r.Roles = []string{"stytch_member"} }, stytcherror.CodeCannotAssignDefaultRBACRoleID},
		"an unknown organization":   {func(r *email.InviteRequest) { r.OrganizationID = "nobody" }, stytcherror.CodeOrganizationNotFound},
		"an unknown inviter":        {func(r *email.InviteRequest) { r.InvitedByMemberID = new("nobody") }, stytcherror.CodeMemberNotFound},
		"an inviter from elsewhere": {func(r *email.InviteRequest) { r.InvitedByMemberID = &stranger.MemberID }, stytcherror.CodeMemberNotFound},
		"an active member":          {func(r *email.InviteRequest) { r.EmailAddress = "Ada@example.org" }, stytcherror.CodeDuplicateMemberEmail},
	} {
		require.ErrorIs(t, invite(row.change), row.code, name)
	}
	assert.Empty(t, h.Inbox().Messages("bob@example.net"))
	to := func(address string) error {
		return invite(func(r *email.InviteRequest) { r.EmailAddress, r.Name = address, new(strings.Repeat("x", 128)) })
	}
	set := func(fields map[string]any) { h.alter("organizations", "organization_slug", "acme", fields) }
	set(map[string]any{"email_invites": "RESTRICTED"})
	require.ErrorIs(t, to("bob@example.net"), stytcherror.CodeInvalidEmailForInvites)
	require.NoError(t, to("bob@example.com"))
	set(map[string]any{"email_invites": "NOT_ALLOWED"})
	require.ErrorIs(t, to("bob@example.com"), stytcherror.CodeInvalidEmailForInvites)
	set(map[string]any{"email_invites": "ALL_ALLOWED"})
	h.alter("members", "member_id", v.MemberID, map[string]any{
		"retired_email_addresses": []any{map[string]any{"email_id": "e", "email_address": "old@example.com"}},
	})
	require.ErrorIs(t, to("old@example.com"), stytcherror.CodeRetiredMemberEmail)
	h.alter("organizations", "organization_id", stranger.Organization.OrganizationID,
		map[string]any{"claimed_email_domains": []any{"example.net"}})
	require.ErrorIs(t, to("cy@example.net"), stytcherror.CodeActionNotAllowedEmailDomainIsClaimed)
	require.NoError(t, to("cy@example.com"))
}

func TestInvite_onBehalfOfASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	admin, stranger := h.joinable(), h.create("eve@example.net")
	member, err := h.follow(h.link("acme", "bob@example.com"))
	require.NoError(t, err)
	invite := func(session string, change func(*email.InviteRequest)) error {
		req := &email.InviteRequest{OrganizationID: "acme", EmailAddress: "cy@example.net"}
		change(req)
		_, err := h.api.B2B.MagicLinks.Email.Invite(t.Context(), req, as(session))
		return err
	}
	plain := func(*email.InviteRequest) {}
	require.NoError(t, invite(admin.SessionToken, plain))
	require.ErrorIs(t, invite(admin.SessionToken, func(r *email.InviteRequest) { r.TrustedMetadata = shared.Object{} }),
		stytcherror.CodeCannotUpdateTrustedMetadata)
	require.ErrorIs(t, invite(member.SessionToken, plain), stytcherror.CodeSessionAuthorizationError)
	require.ErrorIs(t, invite(member.SessionToken, func(r *email.InviteRequest) {
		r.EmailAddress = admin.Member.EmailAddress
	}), stytcherror.CodeSessionAuthorizationError)
	require.ErrorIs(t, invite(stranger.SessionToken, plain), stytcherror.CodeSessionAuthorizationTenancyError)
	require.ErrorIs(t, invite(strings.Repeat("x", 44), plain), stytcherror.CodeSessionNotFound)
}
