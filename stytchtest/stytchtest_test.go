package stytchtest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNew_givesAClientThatWorks(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t,
		stytchtest.WithProject("project-test-mine", "secret-test-mine"), stytchtest.WithRedirectURL("https://app.example.com/login"))
	assert.Equal(t, "project-test-mine", server.ID())
	_, err := server.Client().B2B.MagicLinks.Email.Discovery.Send(t.Context(), &discovery.SendRequest{EmailAddress: "ada@example.com"})
	require.NoError(t, err)
	assert.Contains(t, server.WaitMessage("ada@example.com").Link, "https://app.example.com/login?")
}

func TestNew_keepsTestsApart(t *testing.T) {
	t.Parallel()
	a, b := stytchtest.New(t), stytchtest.New(t)
	_, err := a.Client().B2B.MagicLinks.Email.Discovery.Send(t.Context(), &discovery.SendRequest{EmailAddress: "ada@example.com"})
	require.NoError(t, err)
	assert.Empty(t, b.Inbox().Messages(""))
	b.Clock().Advance(time.Hour)
	assert.WithinDuration(t, time.Now(), a.Clock().Now(), time.Minute)
}

func TestNewClient_takesSettings(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	client := server.NewClient(stytch.Config{MaxResponseBytes: 10})
	_, err := client.B2B.MagicLinks.Email.Discovery.Send(t.Context(), &discovery.SendRequest{EmailAddress: "ada@example.com"})
	require.Error(t, err, "ten bytes are too few for an answer")
}
