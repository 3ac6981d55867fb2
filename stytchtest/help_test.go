package stytchtest_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// failure is the error with which a call on a Server without a test panics.
func failure(t *testing.T, call func()) error {
	t.Helper()
	var err error
	func() {
		defer func() { err, _ = recover().(error) }()
		call()
	}()
	require.Error(t, err)
	return err
}

// logged is a test that keeps what is logged.
type logged struct {
	testing.TB
	lines []string
}

func (l *logged) Logf(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// A misspelt organization is a new one, and the test's log says so.
func TestInOrganization_saysThatItCreatesOne(t *testing.T) {
	t.Parallel()
	log := &logged{TB: t}
	server := stytchtest.New(log)
	first := server.LogIn(ada, stytchtest.InOrganization("acme"))
	require.Len(t, log.lines, 1)
	assert.Contains(t, log.lines[0], `there was no organization "acme", so it was created`)
	for _, name := range []string{"acme", first.OrganizationID} {
		v := server.LogIn("bob@example.com", stytchtest.InOrganization(name))
		assert.Equal(t, first.OrganizationID, v.OrganizationID)
		assert.Equal(t, "acme", v.OrganizationSlug)
	}
	assert.Len(t, log.lines, 1)
	server.LogIn(ada, stytchtest.InOrganization("Acme"))
	assert.Len(t, log.lines, 2)
}

func TestVisitor_hasTokensForCookies(t *testing.T) {
	t.Parallel()
	v := stytchtest.New(t).LogIn(ada)
	want := httpauth.Tokens{SessionToken: v.SessionToken, SessionJWT: v.SessionJWT, ExpiresAt: v.ExpiresAt}
	assert.Equal(t, want, v.Tokens())
	assert.False(t, v.ExpiresAt.IsZero())
}

// Where no message comes, the failure says who has one, without links and codes.
func TestWaitMessage_saysWhoHasMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := stytchtest.NewServer()
		defer server.Close()
		wait := func() error { return failure(t, func() { server.WaitMessage("adda@example.com") }) }
		require.ErrorContains(t, wait(), "no message to adda@example.com, nor to anybody")
		token := server.MagicLink(ada)
		require.ErrorContains(t, wait(), "no message to adda@example.com, but to ada@example.com: ")
		assert.NotContains(t, wait().Error(), token)
		for i := range 11 {
			server.MagicLink(fmt.Sprintf("%d@example.com", i))
		}
		require.ErrorContains(t, wait(), "but to 10@example.com, 9@example.com, ")
		require.ErrorContains(t, wait(), " and 2 others: ")
	})
}

func TestRespond_needsAResponse(t *testing.T) {
	t.Parallel()
	server := stytchtest.NewServer()
	defer server.Close()
	require.ErrorContains(t, failure(t, func() { server.Respond("b2b.sso.authenticate") }), "no responses")
	require.ErrorContains(t, failure(t, func() { server.RespondError("b2b.sso.authenticate", nil) }), "the error is nil")
}
