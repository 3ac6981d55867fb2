package flows_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/passwords"
	b2cpasswords "github.com/seed75add069/stytch-go/b2c/passwords"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestPasswords_strengthByZxcvbn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	check := func(password, address string) *passwords.StrengthCheckResponse {
		req := &passwords.StrengthCheckRequest{Password: password}
		if address != "" {
			req.EmailAddress = &address
		}
		resp, err := h.api.B2B.Passwords.StrengthCheck(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, "zxcvbn", resp.StrengthPolicy)
		assert.Nil(t, resp.LUDSFeedback)
		require.NotNil(t, resp.ZxcvbnFeedback)
		return resp
	}
	good := check(strong, "ada@example.com")
	assert.True(t, good.ValidPassword)
	assert.True(t, good.BreachDetectionOnCreate)
	assert.Equal(t, 4, good.Score)
	assert.Empty(t, good.ZxcvbnFeedback.Warning)
	for password, warning := range map[string]string{
		"password1": "words", "aaaaaaaaaa": "Repeated", "abcdefghij": "Sequences", "zxcvbnm,./": "Keys",
	} {
		bad := check(password, "")
		assert.False(t, bad.ValidPassword, password)
		assert.Equal(t, 1, bad.Score, password)
		assert.Contains(t, bad.ZxcvbnFeedback.Warning, warning, password)
		assert.NotEmpty(t, bad.ZxcvbnFeedback.Suggestions)
		assert.False(t, bad.BreachedPassword, "without an address")
	}
	breached := check("Password1", "ada@example.com")
	assert.True(t, breached.BreachedPassword)
	const own = "trombonette.lavigne"
	assert.True(t, check(own, "ada@example.com").ValidPassword)
	assert.False(t, check(own, "Trombonette.Lavigne@example.com").ValidPassword, "parts of the address are easy to guess")
	start := time.Now()
	assert.Equal(t, 4, check(strings.Repeat("a1", 200_000)+strong, "").Score, "that of the first characters")
	assert.Less(t, time.Since(start), 10*time.Second)
	_, err := h.api.B2B.Passwords.StrengthCheck(t.Context(),
		&passwords.StrengthCheckRequest{Password: strong, EmailAddress: new("ada")})
	require.ErrorIs(t, err, stytcherror.CodeInvalidEmail)
	for code, client := range h.strangers() {
		_, err := client.B2B.Passwords.StrengthCheck(t.Context(), &passwords.StrengthCheckRequest{Password: strong})
		require.ErrorIs(t, err, code)
	}
}

func TestPasswords_haveBoundedLength(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	longest := strong + strings.Repeat("x", 4096-len(strong))
	for password, want := range map[string]bool{longest: true, longest + "x": false} {
		resp, err := h.api.B2B.Passwords.StrengthCheck(t.Context(), &passwords.StrengthCheckRequest{Password: password})
		require.NoError(t, err)
		assert.Equal(t, want, resp.ValidPassword)
	}
	token := h.resetToken("example", "ada@example.com")
	_, err := h.reset(token, longest+"x")
	require.ErrorIs(t, err, stytcherror.CodeWeakPassword)
	require.ErrorContains(t, err, "4096")
	_, err = h.reset(token, longest)
	require.NoError(t, err)
	_, err = h.signIn("example", "ada@example.com", longest)
	require.NoError(t, err)
	_, err = h.signIn("example", "ada@example.com", longest+"x")
	require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials)
}

// Whoever knows no password could keep all others from logging in by comparisons that nobody waits for.
func TestPasswords_longOnesDoNotHoldUpOthers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	h.setPassword("example", "ada@example.com", strong)
	_, err := h.migrate("bob@example.com", func(r *passwords.MigrateRequest) {
		r.HashType, r.Hash = b2cpasswords.HashTypePhpass, "$P$G"+strings.Repeat("a", 30)
	})
	require.NoError(t, err)
	for range 8 {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		_, err := h.api.B2B.Passwords.Authenticate(ctx, &passwords.AuthenticateRequest{
			OrganizationID: "example", EmailAddress: "bob@example.com", Password: strings.Repeat("x", 4096),
		})
		cancel()
		require.Error(t, err)
	}
	start := time.Now()
	_, err = h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
	assert.Less(t, time.Since(start), 20*time.Second)
}

func TestPasswords_strengthByLUDS(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.setPasswords(emulator.PasswordSettings{StrengthPolicy: "luds", LUDSMinLength: 10, LUDSMinComplexity: 4, AllowBreachedOnCreate: true})
	check := func(password string) *passwords.StrengthCheckResponse {
		resp, err := h.api.B2B.Passwords.StrengthCheck(t.Context(),
			&passwords.StrengthCheckRequest{Password: password, EmailAddress: new("ada@example.com")})
		require.NoError(t, err)
		assert.Equal(t, "luds", resp.StrengthPolicy)
		assert.False(t, resp.BreachDetectionOnCreate)
		assert.Nil(t, resp.ZxcvbnFeedback)
		return resp
	}
	assert.Equal(t, passwords.LUDSFeedback{
		HasLowerCase: true, HasDigit: true, MissingComplexity: 2, MissingCharacters: 6,
	}, *check("ab12").LUDSFeedback)
	assert.True(t, check("Passwort1!").ValidPassword)
	assert.False(t, check("Passwort!").ValidPassword)
	assert.False(t, check("Passwort12").ValidPassword)
	assert.True(t, check("Äpfel 12äö").ValidPassword, "characters, not bytes")
	h.create("ada@example.com")
	token := h.resetToken("example", "ada@example.com")
	_, err := h.reset(token, "passwort1!")
	require.ErrorIs(t, err, stytcherror.CodeWeakPassword)
	_, err = h.reset(token, "Passwort1!")
	require.NoError(t, err)
	h.setPasswords(emulator.PasswordSettings{StrengthPolicy: "luds"})
	resp, err := h.api.B2B.Passwords.StrengthCheck(t.Context(), &passwords.StrengthCheckRequest{Password: "Abcdefg1"})
	require.NoError(t, err)
	assert.True(t, resp.ValidPassword, "eight characters of three kinds by default")
	assert.Equal(t, passwords.LUDSFeedback{HasLowerCase: true, HasUpperCase: true, HasDigit: true}, *resp.LUDSFeedback,
		"nothing is missing in what is valid")
	for _, s := range []emulator.PasswordSettings{
		{StrengthPolicy: "none"}, {LUDSMinLength: 7}, {LUDSMinLength: 33}, {LUDSMinComplexity: 5},
		{LUDSMinComplexity: -1}, {BreachedPasswords: []string{""}}, {CrossOrganization: true},
		{BreachedPasswords: make([]string, 1001)},
	} {
		require.Error(t, h.SetSettings(emulator.Settings{Passwords: s}), "%+v", s)
	}
}

func TestPasswords_logInsOfManyTakeLittleTime(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com", func(r *discoveryorganizations.CreateRequest) { r.OrganizationSlug = new("acme") })
	h.setPassword("acme", "ada@example.com", strong)
	start := time.Now()
	const logins = 50
	for range logins {
		_, err := h.signIn("acme", "ada@example.com", strong)
		require.NoError(t, err)
	}
	assert.Less(t, time.Since(start)/logins, 500*time.Millisecond)
}
