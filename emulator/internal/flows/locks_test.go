package flows_test

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/otps/email"
	otpsemaildiscovery "github.com/seed75add069/stytch-go/b2b/otps/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
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
			require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
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
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
	_, err = h.follow(link)
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
	_, err = h.exchange(h.IntermediateSession("ada@example.com"), "example")
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
	_, err = h.api.B2B.Sessions.Exchange(t.Context(),
		&sessions.ExchangeRequest{SessionToken: &other.SessionToken, OrganizationID: "example"})
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
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
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
	h.Clock().Set(found.Member.LockExpiresAt)
	guess(1)
	resp, err := h.follow(link)
	require.NoError(t, err, "the lock has expired, and has not used up the link")
	assert.False(t, resp.Member.IsLocked)
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
	require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
	_, err = h.enter("example", "bob@example.com", code)
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound)
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
		require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
	}
	resp, err := h.follow(h.link("example", "ada@example.com"))
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	_, err = h.enter("example", "ada@example.com", wrong(code))
	require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
	_, err = h.enter("example", "ada@example.com", code)
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
}

func TestLocks_parallelGuessesOfADiscoveryCodeAreAllCounted(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	code := h.discoveryCode("ada@example.com")
	guess := func(client *stytch.Client, code string) error {
		_, err := client.B2B.OTPs.Email.Discovery.Authenticate(t.Context(),
			&otpsemaildiscovery.AuthenticateRequest{EmailAddress: "ada@example.com", Code: code})
		return err
	}
	assert.Equal(t, map[stytcherror.Code]int{stytcherror.CodeOTPCodeNotFound: 100},
		h.guessInParallel(func(client *stytch.Client) error { return guess(client, wrong(code)) }))
	assert.Equal(t, 100.0, h.rows("passcodes")[0]["failures"])
	require.ErrorIs(t, guess(h.api, code), stytcherror.CodeUnableToAuthOTPCode)
	require.NoError(t, guess(h.api, h.discoveryCode("ada@example.com")), "another code begins the count anew")
}

// discoveryCode sends a code for discovery and returns it.
func (h *harness) discoveryCode(address string) string {
	h.t.Helper()
	_, err := h.api.B2B.OTPs.Email.Discovery.Send(h.t.Context(), &otpsemaildiscovery.SendRequest{EmailAddress: address})
	require.NoError(h.t, err)
	return h.WaitMessage(address).Code
}

// rows are those of a list of the state.
func (h *harness) rows(list string) (rows []map[string]any) {
	h.t.Helper()
	require.NoError(h.t, h.edit(func(state object) {
		for _, row := range state[list].([]any) {
			rows = append(rows, row.(map[string]any))
		}
	}))
	return rows
}

func TestLocks_holdForTokensOfOtherIssuersToo(t *testing.T) {
	t.Parallel()
	h, trusted := newHarness(t), newIssuer(t)
	v := h.create("ada@example.com")
	require.NoError(t, h.SetSettings(emulator.Settings{TrustedTokenProfiles: []emulator.TrustedTokenProfile{{
		ProfileID: "profile-1", Issuer: "https://issuer.example", Audience: "stytch", PublicKeys: []string{trusted.pem},
	}}}))
	h.alter("members", "member_id", v.MemberID, object{"lock_expires_at": h.Clock().Now().Add(time.Hour)})
	attest := func() error {
		_, err := h.api.B2B.Sessions.Attest(t.Context(), &sessions.AttestRequest{
			ProfileID: "profile-1", OrganizationID: &v.Organization.OrganizationID,
			Token: trusted.sign(h.Clock().Now(), jwt.MapClaims{"email": "ada@example.com"}),
		})
		return err
	}
	require.ErrorIs(t, attest(), stytcherror.CodeUserLockLimitReached)
	h.Clock().Advance(time.Hour + time.Second)
	require.NoError(t, attest())
}
