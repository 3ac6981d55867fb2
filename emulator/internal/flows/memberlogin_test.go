package flows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
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
