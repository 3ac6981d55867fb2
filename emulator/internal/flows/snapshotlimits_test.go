package flows_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	otpsemaildiscovery "github.com/seed75add069/stytch-go/b2b/otps/email/discovery"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Nothing locks a code for discovery. However many wrong ones were tried, the snapshot is one.
func TestSnapshot_wrongCodesWithoutEndAreRestored(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	_, err := h.api.B2B.OTPs.Email.Discovery.Send(t.Context(), &otpsemaildiscovery.SendRequest{EmailAddress: "a@example.com"})
	require.NoError(t, err)
	wrong := "000000"
	if h.WaitMessage("a@example.com").Code == wrong {
		wrong = "000001"
	}
	for range 1002 {
		_, err := h.api.B2B.OTPs.Email.Discovery.Authenticate(t.Context(),
			&otpsemaildiscovery.AuthenticateRequest{EmailAddress: "a@example.com", Code: wrong})
		require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
	}
	require.NoError(t, h.edit(func(object) {}))
}

// Settings that a snapshot could not have are not taken.
func TestSnapshot_settingsThatAreTooLargeAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	breached := make([]string, 1000)
	for i := range breached {
		breached[i] = strings.Repeat("x", 4096)
	}
	err := h.SetSettings(emulator.Settings{Passwords: emulator.PasswordSettings{BreachedPasswords: breached}})
	require.ErrorContains(t, err, "passwords and trusted_token_profiles: they are larger than 2097152 bytes")
	err = h.SetSettings(emulator.Settings{Passwords: emulator.PasswordSettings{BreachedPasswords: breached[:500]}})
	require.NoError(t, err)
	assert.NoError(t, h.edit(func(object) {}))
}
