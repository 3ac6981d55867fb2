package flows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
)

func TestLogin_ofAnActiveMemberDoesNotUpdateTheMember(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v, other := h.create("ada@example.com"), h.create("ada@example.com")
	org := v.Organization.OrganizationID
	for name, login := range map[string]func() error{
		"link": func() error {
			_, err := h.follow(h.link(org, "ada@example.com"))
			return err
		},
		"code": func() error {
			_, err := h.enter(org, "ada@example.com", h.code(org, "ada@example.com"))
			return err
		},
		"intermediate session": func() error {
			_, err := h.exchange(h.IntermediateSession("ada@example.com"), org)
			return err
		},
		"another session": func() error {
			_, err := h.api.B2B.Sessions.Exchange(t.Context(),
				&sessions.ExchangeRequest{SessionToken: &other.SessionToken, OrganizationID: org})
			return err
		},
		"the session": func() error {
			_, err := h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &v.SessionToken})
			return err
		},
	} {
		h.Clock().Advance(time.Minute)
		require.NoError(t, login(), name)
		assert.Equal(t, v.Member, h.member(org, v.MemberID), name)
	}
}

func TestRoles_byDomainAreForVerifiedAddresses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	_, err := h.updateOrg(v.Organization.OrganizationID, func(r *organizations.UpdateRequest) {
		r.RBACEmailImplicitRoleAssignments = []organizations.EmailImplicitRoleAssignment{
			{Domain: "example.com", RoleID: "stytch_admin"},
		}
	})
	require.NoError(t, err)
	bob := h.addMember("example", "bob@example.com", nil)
	eve := h.addMember("example", "eve@mail.example.com", nil)
	sources := func(id string) []string {
		var list []string
		for _, r := range h.member("example", id).Roles {
			for _, s := range r.Sources {
				list = append(list, r.RoleID+" "+s.Type)
			}
		}
		return list
	}
	plain := []string{"stytch_member direct_assignment"}
	assert.Equal(t, plain, sources(bob.MemberID), "the address is not verified")
	for _, address := range []string{bob.EmailAddress, eve.EmailAddress} {
		_, err := h.follow(h.link("example", address))
		require.NoError(t, err)
	}
	assert.Equal(t, append(plain, "stytch_admin email_assignment"), sources(bob.MemberID))
	assert.Equal(t, plain, sources(eve.MemberID), "a domain is not its subdomains")
}

func TestSessions_getListsNoneThatHaveExpired(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	get := func() (ids []string) {
		resp, err := h.api.B2B.Sessions.Get(t.Context(),
			&sessions.GetRequest{OrganizationID: v.Organization.OrganizationID, MemberID: v.MemberID})
		require.NoError(t, err)
		for _, s := range resp.MemberSessions {
			ids = append(ids, s.MemberSessionID)
		}
		return ids
	}
	short, err := h.follow(h.link("example", "ada@example.com"), func(r *magiclinks.AuthenticateRequest) {
		r.SessionDurationMinutes = new(5)
	})
	require.NoError(t, err)
	assert.Equal(t, []string{v.MemberSession.MemberSessionID, short.MemberSession.MemberSessionID}, get())
	h.Clock().Set(short.MemberSession.ExpiresAt)
	assert.Equal(t, []string{v.MemberSession.MemberSessionID}, get())
	h.Clock().Set(v.MemberSession.ExpiresAt)
	assert.Empty(t, get())
}

func TestReset_removesFaults(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	require.NoError(t, h.AddFaults(emulator.Fault{Status: 503, ErrorType: "internal_server_error", Count: -1}))
	h.Reset()
	h.create("ada@example.com")
}
