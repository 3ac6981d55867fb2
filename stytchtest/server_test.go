package stytchtest_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ada = "ada@example.com"

func TestNew_givesAClientThatWorks(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t,
		stytchtest.WithProject("project-test-mine", "secret-test-mine"), stytchtest.WithRedirectURL("https://app.example.com/login"))
	assert.Equal(t, "project-test-mine", server.ID())
	_, err := server.Client().B2B.MagicLinks.Email.Discovery.Send(t.Context(), &discovery.SendRequest{EmailAddress: ada})
	require.NoError(t, err)
	assert.Contains(t, server.WaitMessage(ada).Link, "https://app.example.com/login?")
}

func TestNew_sharesNothingBetweenTests(t *testing.T) {
	t.Parallel()
	a, b := stytchtest.New(t), stytchtest.New(t)
	a.MagicLink(ada)
	assert.Empty(t, b.Inbox().Messages(""))
	assert.Empty(t, b.Requests())
	b.Clock().Advance(time.Hour)
	assert.WithinDuration(t, time.Now(), a.Clock().Now(), time.Minute)
}

// failing is a test that records its failure.
type failing struct {
	testing.TB
	text string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.text = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestServer_failures(t *testing.T) {
	t.Parallel()
	taken := &discoveryorganizations.CreateRequest{OrganizationSlug: new("taken")}
	for name, call := range map[string]func(*stytchtest.Server){
		"a magic link to a malformed address":            func(s *stytchtest.Server) { s.MagicLink("nobody") },
		"an intermediate session of a malformed address": func(s *stytchtest.Server) { s.IntermediateSession("nobody") },
		"a taken slug": func(s *stytchtest.Server) {
			s.CreateOrganization(ada, "A", taken)
			s.CreateOrganization(ada, "A", taken)
		},
		"an invalid client configuration":        func(s *stytchtest.Server) { s.NewClient(stytch.Config{MaxResponseBytes: -1}) },
		"an unknown operation":                   func(s *stytchtest.Server) { s.Respond("b2b.nothing", `{}`) },
		"a response that is not an object":       func(s *stytchtest.Server) { s.Respond("b2b.sso.authenticate", `[]`) },
		"an error without a status":              func(s *stytchtest.Server) { s.RespondError("", &stytcherror.Error{Code: "x"}) },
		"an error without a code":                func(s *stytchtest.Server) { s.RespondError("", &stytcherror.Error{StatusCode: 400}) },
		"a nil error":                            func(s *stytchtest.Server) { s.RespondError("", nil) },
		"a session of a user and a member":       func(s *stytchtest.Server) { s.MintSessionJWT(stytchtest.Session{UserID: "u", MemberID: "m"}) },
		"an access token of a user and a member": func(s *stytchtest.Server) { s.MintAccessToken(stytchtest.AccessToken{UserID: "u", MemberID: "m"}) },
		"claims that do not encode": func(s *stytchtest.Server) {
			s.MintSessionJWT(stytchtest.Session{CustomClaims: map[string]any{"f": func() {}}})
		},
		"an error response of a nil error": func(*stytchtest.Server) { stytchtest.ErrorResponse(nil) },
		"a live project":                   func(*stytchtest.Server) { stytchtest.NewServer(stytchtest.WithProject("project-live-1", "s")) },
	} {
		t.Run(name+" panics without a test", func(t *testing.T) {
			t.Parallel()
			server := stytchtest.NewServer()
			defer server.Close()
			defer func() { assert.Contains(t, fmt.Sprint(recover()), "stytchtest: ") }()
			call(server)
		})
	}
	t.Run("a failing method of a test's Server fails the test", func(t *testing.T) {
		t.Parallel()
		test := &failing{TB: t}
		var wg sync.WaitGroup
		wg.Go(func() { stytchtest.New(test).MagicLink("nobody") })
		wg.Wait()
		assert.Contains(t, test.text, "invalid_email")
	})
}

func TestServer_createsOrganizationsAndLogins(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	client := server.Client().B2B
	strict := server.CreateOrganization(ada, "Strict Engines", &discoveryorganizations.CreateRequest{
		MFAPolicy: new(organizations.MFAPolicyRequiredForAll), IntermediateSessionToken: "ignored", OrganizationName: new("ignored"),
	})
	assert.Equal(t, "Strict Engines", strict.Organization.OrganizationName)
	assert.Empty(t, strict.SessionToken)

	created := server.CreateOrganization(ada, "Analytical Engines", nil)
	assert.Contains(t, created.MemberSession.Roles, "stytch_admin")
	resp, err := client.Discovery.IntermediateSessions.Exchange(t.Context(), &intermediatesessions.ExchangeRequest{
		IntermediateSessionToken: server.IntermediateSession(ada), OrganizationID: created.Organization.OrganizationID,
	})
	require.NoError(t, err)
	assert.Equal(t, created.MemberID, resp.MemberID)
	assert.NotEqual(t, created.SessionToken, resp.SessionToken)
}

func TestNewClient_takesSettings(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	small := server.NewClient(stytch.Config{MaxResponseBytes: 10})
	_, err := small.B2B.MagicLinks.Email.Discovery.Send(t.Context(), &discovery.SendRequest{EmailAddress: ada})
	require.Error(t, err, "no response is that short")
	assert.Contains(t, fmt.Sprint(server.Client()), "http://localhost:1")

	network := server.NewClient(stytch.Config{HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
	assert.Contains(t, fmt.Sprint(network), server.URL())
	_, err = network.B2B.RBAC.Policy(t.Context(), nil)
	require.NoError(t, err)
	_, err = server.NewClient(stytch.Config{BaseURL: server.URL()}).B2B.RBAC.Policy(t.Context(), nil)
	require.NoError(t, err)

	hourAgo := func() time.Time { return time.Now().Add(-time.Hour) }
	token := server.MintSessionJWT(stytchtest.Session{})
	_, err = server.NewClient(stytch.Config{Now: hourAgo}).B2B.Sessions.AuthenticateJWTLocal(t.Context(),
		&sessions.AuthenticateJWTLocalRequest{SessionJWT: token})
	require.Error(t, err, "by the client's own clock, the token was issued in the future")
}

func TestServer_closesItsPort(t *testing.T) {
	t.Parallel()
	server := stytchtest.NewServer()
	client := server.NewClient(stytch.Config{BaseURL: server.URL()})
	_, err := client.B2B.RBAC.Policy(t.Context(), nil)
	require.NoError(t, err)
	server.Close()
	server.Close()
	_, err = client.B2B.RBAC.Policy(t.Context(), nil)
	_, unreachable := err.(*stytcherror.RequestError) //nolint:errorlint // the outermost error must have this type
	assert.True(t, unreachable, "%v", err)
	_, err = server.Client().B2B.RBAC.Policy(t.Context(), nil)
	assert.NoError(t, err, "calls in the process still work")
}

func TestServer_concurrent(t *testing.T) {
	t.Parallel()
	server := stytchtest.NewServer()
	defer server.Close()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			email := fmt.Sprintf("ada%d@example.com", i)
			server.CreateOrganization(email, email, nil)
			server.MintSessionJWT(stytchtest.Session{}, stytchtest.OtherKey())
			_, err := server.NewClient(stytch.Config{BaseURL: server.URL()}).B2B.RBAC.Policy(t.Context(), nil)
			assert.NoError(t, err)
			assert.NotEmpty(t, server.Requests())
		})
	}
	wg.Wait()
	assert.Len(t, server.Requests(), 8*4)
}

// Under synctest, time advances only while every goroutine is durably blocked. Waiting for the network is not.
func TestServer_worksUnderSynctest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := stytchtest.New(t)
		start := time.Now()
		created := server.CreateOrganization(ada, "Analytical Engines", nil)
		verify := func() error {
			_, err := server.Client().B2B.Sessions.AuthenticateJWTLocal(t.Context(),
				&sessions.AuthenticateJWTLocalRequest{SessionJWT: created.SessionJWT})
			return err
		}
		require.NoError(t, verify())
		time.Sleep(6 * time.Minute)
		require.ErrorIs(t, verify(), stytcherror.ErrTokenExpired)

		require.NoError(t, server.AddFaults(emulator.Fault{Operation: "b2b.rbac.policy", DelayMS: 60_000, Count: -1}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := server.Client().B2B.RBAC.Policy(ctx, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 6*time.Minute+time.Second, time.Since(start))

		go func() {
			time.Sleep(3 * time.Second)
			server.MagicLink("charles@example.com")
		}()
		assert.NotEmpty(t, server.WaitMessage("charles@example.com").Token)
	})
}
