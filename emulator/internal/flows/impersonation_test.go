package flows_test

import (
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/impersonation"
	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/totps"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

var support = emulator.Impersonator{Email: "support@example.org", ID: "support-1"}

// impersonate begins an impersonation of a member, and returns its token.
func (h *harness) impersonate(memberID string) string {
	h.t.Helper()
	token, _, err := h.Impersonate(memberID, support)
	require.NoError(h.t, err)
	return token
}

func (h *harness) impersonated(token string) (*impersonation.AuthenticateResponse, error) {
	return h.api.B2B.Impersonation.Authenticate(h.t.Context(), &impersonation.AuthenticateRequest{ImpersonationToken: token})
}

func TestImpersonation_givesASessionThatNamesTheImpersonator(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ada := h.create("ada@example.com")
	resp, err := h.impersonated(h.impersonate(ada.MemberID))
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
	assert.Equal(t, ada.MemberID, resp.Member.MemberID)
	assert.Equal(t, ada.Organization.OrganizationID, resp.OrganizationID)
	require.Len(t, resp.MemberSession.AuthenticationFactors, 1)
	f := resp.MemberSession.AuthenticationFactors[0]
	assert.EqualValues(t, "impersonated", f.Type)
	assert.EqualValues(t, "impersonation", f.DeliveryMethod)
	assert.Equal(t, "support-1", f.ImpersonatedFactor.ImpersonatorID)
	assert.Equal(t, "support@example.org", f.ImpersonatedFactor.ImpersonatorEmailAddress)
	assert.Equal(t, time.Hour, resp.MemberSession.ExpiresAt.Sub(resp.MemberSession.StartedAt))
	s, err := h.api.B2B.Sessions.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: resp.SessionJWT})
	require.NoError(t, err)
	assert.Equal(t, resp.MemberSession.MemberSessionID, s.MemberSessionID)
	assert.Contains(t, s.Roles, "stytch_admin", "it has the member's roles")
}

func TestImpersonation_tokenWorksOnceWithinFiveMinutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ada := h.create("ada@example.com").MemberID
	token := h.impersonate(ada)
	_, err := h.impersonated(token)
	require.NoError(t, err)
	for name, token := range map[string]string{
		"used": token, "unknown": "59cnLELtq5cFVS6uYK9f-pAWzBkhqZl8AvLhbhOvKNWw",
		"of a link": h.link(h.create("eve@example.org").Organization.OrganizationID, "eve@example.org"),
	} {
		_, err = h.impersonated(token)
		require.ErrorIs(t, err, stytcherror.CodeUnableToAuthImpersonationToken, name)
	}
	_, err = h.impersonated("short")
	require.ErrorIs(t, err, stytcherror.CodeInvalidToken)
	late := h.impersonate(ada)
	h.Clock().Advance(5 * time.Minute)
	_, err = h.impersonated(late)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthImpersonationToken)
}

func TestImpersonation_isOfActiveMembers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	bob := h.addMember(org, "bob@example.com", func(r *members.CreateRequest) { r.CreateMemberAsPending = new(true) }).MemberID
	_, err := h.impersonated(h.impersonate(bob))
	require.ErrorIs(t, err, stytcherror.CodeMemberImpersonationNotAllowed)
	eve := h.addMember(org, "eve@example.com", nil).MemberID
	token := h.impersonate(eve)
	_, err = h.api.B2B.Organizations.Members.Delete(t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: eve})
	require.NoError(t, err)
	_, err = h.impersonated(token)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthImpersonationToken)
}

// A login of the member who is impersonated does not prolong the session of the impersonator, nor the reverse.
func TestImpersonation_sessionIsNotExtendedByALogin(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ada := h.create("ada@example.com")
	resp, err := h.impersonated(h.impersonate(ada.MemberID))
	require.NoError(t, err)
	link := h.link(ada.Organization.OrganizationID, "ada@example.com")
	own, err := h.api.B2B.MagicLinks.Authenticate(t.Context(), &magiclinks.AuthenticateRequest{
		MagicLinksToken: link, SessionToken: &resp.SessionToken, SessionDurationMinutes: new(600),
	})
	require.NoError(t, err)
	assert.NotEqual(t, resp.MemberSession.MemberSessionID, own.MemberSession.MemberSessionID)
	assert.Len(t, own.MemberSession.AuthenticationFactors, 1)
}

func TestImpersonation_sessionOnlyActs(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ada := h.create("ada@example.com")
	other := h.create("ada@example.com").Organization.OrganizationID
	resp, err := h.impersonated(h.impersonate(ada.MemberID))
	require.NoError(t, err)
	for _, minutes := range []int{5, 60, 600} {
		_, err = h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &resp.SessionJWT, SessionDurationMinutes: &minutes})
		require.ErrorIs(t, err, stytcherror.CodeSessionNotMutable)
	}
	_, err = h.api.B2B.Sessions.Exchange(t.Context(), &sessions.ExchangeRequest{OrganizationID: other, SessionToken: &resp.SessionToken})
	require.ErrorIs(t, err, stytcherror.CodeInsufficientFactorsForSessionExchange)
	_, err = h.createTOTP(ada.Organization.OrganizationID, ada.MemberID, func(r *totps.CreateRequest) { r.SessionToken = &resp.SessionToken })
	require.ErrorIs(t, err, stytcherror.CodeSessionNotMutable)
	_, err = h.startUpdate(ada.Organization.OrganizationID, ada.MemberID, "support@example.org", nil, as(resp.SessionToken))
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationError, "the impersonator could log in with it")
	assert.Equal(t, []string{ada.Organization.OrganizationID}, h.listedFor(resp.SessionToken))
	h.Clock().Advance(time.Hour - time.Second)
	same, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &resp.SessionToken, SessionCustomClaims: object{"k": "v"}})
	require.NoError(t, err)
	assert.Equal(t, resp.MemberSession.ExpiresAt, same.MemberSession.ExpiresAt)
	assert.Empty(t, same.MemberSession.CustomClaims)
	h.Clock().Advance(time.Second)
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionToken: &resp.SessionToken})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
}

func TestImpersonation_ofParallelCallsWithOneTokenOneWorks(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	token := h.impersonate(h.create("ada@example.com").MemberID)
	var group sync.WaitGroup
	results := make(chan error, 20)
	for range cap(results) {
		group.Go(func() {
			_, err := h.impersonated(token)
			results <- err
		})
	}
	group.Wait()
	close(results)
	worked := 0
	for err := range results {
		if err == nil {
			worked++
			continue
		}
		require.ErrorIs(t, err, stytcherror.CodeUnableToAuthImpersonationToken)
	}
	assert.Equal(t, 1, worked)
}

// Neither a lock nor a second factor stops an impersonator, and the member stays as it was.
func TestImpersonation_needsNothingElse(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ada := h.create("ada@example.com")
	_, err := h.updateOrg(ada.Organization.OrganizationID, func(r *organizations.UpdateRequest) {
		r.MFAPolicy = new(organizations.MFAPolicyRequiredForAll)
	})
	require.NoError(t, err)
	before := h.member(ada.Organization.OrganizationID, ada.MemberID)
	resp, err := h.impersonated(h.impersonate(ada.MemberID))
	require.NoError(t, err)
	assert.Nil(t, resp.MFARequired)
	assert.Equal(t, before, h.member(ada.Organization.OrganizationID, ada.MemberID))
}

func TestImpersonation_beginsAsInTheDashboard(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ada := h.create("ada@example.com").MemberID
	require.NoError(t, h.SetSettings(emulator.Settings{RedirectURLs: []string{"http://localhost:3000/authenticate", "http://localhost:3000/support"}}))
	by := support
	by.RedirectURL = "http://localhost:3000/support"
	token, link, err := h.Impersonate(ada, by)
	require.NoError(t, err)
	u, err := url.Parse(link)
	require.NoError(t, err)
	assert.Equal(t, "/support", u.Path)
	assert.Equal(t, url.Values{"stytch_token_type": {"multi_tenant_impersonation"}, "token": {token}}, u.Query())
	for name, change := range map[string]func(memberID *string, by *emulator.Impersonator){
		"no member":           func(id *string, _ *emulator.Impersonator) { *id = "member-test-1" },
		"no address":          func(_ *string, by *emulator.Impersonator) { by.Email = "support" },
		"a malformed id":      func(_ *string, by *emulator.Impersonator) { by.ID = "sup port" },
		"no URL":              func(_ *string, by *emulator.Impersonator) { by.RedirectURL = "javascript:alert(1)" },
		"an unregistered URL": func(_ *string, by *emulator.Impersonator) { by.RedirectURL = "https://example.com" },
	} {
		id, by := ada, support
		change(&id, &by)
		_, _, err := h.Impersonate(id, by)
		require.Error(t, err, name)
	}
}
