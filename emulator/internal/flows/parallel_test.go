package flows_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Tests that share one emulator, each with an organization and an address of its own, do not notice each other.
func TestEmulator_isSharedByParallelTests(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for i := range 100 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			slug, address := fmt.Sprintf("acme-%d", i), fmt.Sprintf("ada-%d@example.com", i)
			_, err := h.api.B2B.Organizations.Create(t.Context(), &organizations.CreateRequest{
				OrganizationName: slug, OrganizationSlug: &slug,
			})
			require.NoError(t, err)
			id, err := h.AddMember(slug, address)
			require.NoError(t, err)
			_, err = h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(),
				&email.LoginOrSignupRequest{OrganizationID: slug, EmailAddress: address})
			require.NoError(t, err)
			message, err := h.Inbox().Wait(t.Context(), address)
			require.NoError(t, err)
			v, err := h.api.B2B.MagicLinks.Authenticate(t.Context(),
				&magiclinks.AuthenticateRequest{MagicLinksToken: message.Token})
			require.NoError(t, err)
			assert.Equal(t, id, v.MemberID)
			_, err = h.api.B2B.Sessions.Revoke(t.Context(), &sessions.RevokeRequest{MemberID: &id})
			require.NoError(t, err)
			_, err = h.api.B2B.Sessions.Authenticate(t.Context(),
				&sessions.AuthenticateRequest{SessionToken: &v.SessionToken})
			require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
		})
	}
}

// For the race detector.
func TestLogin_worksBesideOtherLoginsAndSnapshots(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", allowing("example.com"))
	var wg sync.WaitGroup
	for i := range 16 {
		email := string(rune('a'+i)) + "@example.com"
		wg.Go(func() {
			proof := h.discover(email)
			resp, err := h.exchange(proof.IntermediateSessionToken, created.Organization.OrganizationID)
			if assert.NoError(t, err) {
				_, err = h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &resp.SessionJWT})
				assert.NoError(t, err)
			}
			_, err = h.Snapshot()
			assert.NoError(t, err)
		})
	}
	wg.Wait()
}
