package flows_test

import (
	"encoding/json"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	"github.com/seed75add069/stytch-go/b2b/otps/email"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestLocks_wrongCodesLockAMember(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	other := h.create("ada@example.com")
	code := h.code("example", "ada@example.com")
	guess := func(n int) {
		for range n {
			_, err := h.enter("example", "ada@example.com", wrong(code))
			refused(t, err, stytcherror.CodeOTPCodeNotFound)
		}
	}
	guess(9)
	_, err := h.enter("example", "ada@example.com", code)
	require.NoError(t, err)
	code = h.code("example", "ada@example.com")
	guess(9)
	link := h.link("example", "ada@example.com")
	_, err = h.follow(link)
	require.NoError(t, err, "a login begins the count anew")
	link = h.link("example", "ada@example.com")
	guess(10)

	_, err = h.enter("example", "ada@example.com", code)
	refused(t, err, stytcherror.CodeUserLockLimitReached)
	_, err = h.follow(link)
	refused(t, err, stytcherror.CodeUserLockLimitReached)
	ist := h.IntermediateSession("ada@example.com")
	exchange := func() error {
		_, err = h.api.B2B.Discovery.IntermediateSessions.Exchange(t.Context(),
			&intermediatesessions.ExchangeRequest{IntermediateSessionToken: ist, OrganizationID: "example"})
		return err
	}
	refused(t, exchange(), stytcherror.CodeUserLockLimitReached)
	_, err = h.api.B2B.Sessions.Exchange(t.Context(),
		&sessions.ExchangeRequest{SessionToken: &other.SessionToken, OrganizationID: "example"})
	refused(t, err, stytcherror.CodeUserLockLimitReached)
	found, err := h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &v.SessionToken})
	require.NoError(t, err, "sessions stay valid")
	assert.True(t, found.Member.IsLocked)
	assert.WithinDuration(t, h.Clock().Now(), found.Member.LockCreatedAt, 10*time.Second)
	assert.Equal(t, found.Member.LockCreatedAt.Add(time.Hour), found.Member.LockExpiresAt)
	assert.Equal(t, v.Member.UpdatedAt, found.Member.UpdatedAt)
	_, err = h.enter("example-2", "ada@example.com", h.code("example-2", "ada@example.com"))
	require.NoError(t, err, "the lock is of one member")

	h.Clock().Set(found.Member.LockExpiresAt.Add(-10 * time.Second))
	link = h.link("example", "ada@example.com")
	_, err = h.follow(link)
	refused(t, err, stytcherror.CodeUserLockLimitReached)
	h.Clock().Set(found.Member.LockExpiresAt)
	guess(1)
	resp, err := h.follow(link)
	require.NoError(t, err, "the lock has expired, and has not used up the link")
	assert.False(t, resp.Member.IsLocked)
}

func TestLocks_parallelGuessesAreAllCounted(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	code := h.code("example", "ada@example.com")
	var group sync.WaitGroup
	outcomes := make(chan error, 100)
	for range cap(outcomes) {
		group.Go(func() {
			_, err := h.enter("example", "ada@example.com", wrong(code))
			outcomes <- err
		})
	}
	group.Wait()
	close(outcomes)
	counts := map[stytcherror.Code]int{}
	for err := range outcomes {
		refusal, ok := errors.AsType[*stytcherror.Error](err)
		require.True(t, ok, "%v", err)
		counts[refusal.Code]++
	}
	assert.Equal(t, map[stytcherror.Code]int{
		stytcherror.CodeOTPCodeNotFound: 10, stytcherror.CodeUserLockLimitReached: 90,
	}, counts)
	found, err := h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &v.SessionToken})
	require.NoError(t, err)
	assert.True(t, found.Member.IsLocked)
}

func TestLocks_refusedGuessChangesCountersOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	code := h.code("example", "ada@example.com")
	snapshot := func() (s map[string]any) {
		data, err := h.Snapshot()
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &s))
		return s
	}
	before := snapshot()
	h.Clock().Advance(time.Minute)
	_, err := h.enter("example", "ada@example.com", wrong(code), func(r *email.AuthenticateRequest) {
		r.SessionToken = &v.SessionToken
	})
	refused(t, err, stytcherror.CodeOTPCodeNotFound)
	_, err = h.enter("example", "bob@example.com", code)
	refused(t, err, stytcherror.CodeMemberNotFound)
	after := snapshot()
	for _, list := range []string{"members", "passcodes"} {
		row := after["state"].(map[string]any)[list].([]any)[0].(map[string]any)
		assert.Equal(t, 1.0, row["failures"], list)
		maps.DeleteFunc(row, func(name string, _ any) bool { return name == "failures" })
	}
	assert.Equal(t, before, after)
}

func TestLocks_loginThatLacksASecondFactorKeepsTheCount(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	code := h.code("example", "ada@example.com")
	h.alter("organizations", "organization_slug", "example", map[string]any{"mfa_policy": "REQUIRED_FOR_ALL"})
	for range 9 {
		_, err := h.enter("example", "ada@example.com", wrong(code))
		refused(t, err, stytcherror.CodeOTPCodeNotFound)
	}
	resp, err := h.follow(h.link("example", "ada@example.com"))
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	_, err = h.enter("example", "ada@example.com", wrong(code))
	refused(t, err, stytcherror.CodeOTPCodeNotFound)
	_, err = h.enter("example", "ada@example.com", code)
	refused(t, err, stytcherror.CodeUserLockLimitReached)
}
