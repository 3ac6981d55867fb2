package stytchtest_test

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// local verifies a visitor's JWT.
func local(t *testing.T, server *stytchtest.Server, jwt string) *sessions.MemberSession {
	t.Helper()
	session, err := server.Client().B2B.Sessions.AuthenticateJWTLocal(t.Context(),
		&sessions.AuthenticateJWTLocalRequest{SessionJWT: jwt})
	require.NoError(t, err)
	return session
}

// refresh asks the API for a new JWT, which has the same content as the session.
func refresh(t *testing.T, server *stytchtest.Server, v *stytchtest.Visitor) *sessions.MemberSession {
	t.Helper()
	resp, err := server.Client().B2B.Sessions.Authenticate(t.Context(),
		&sessions.AuthenticateRequest{SessionToken: &v.SessionToken, SessionDurationMinutes: new(120)})
	require.NoError(t, err)
	fromJWT := local(t, server, resp.SessionJWT)
	assert.Equal(t, resp.MemberSession.Roles, fromJWT.Roles)
	if len(resp.MemberSession.CustomClaims) > 0 || len(fromJWT.CustomClaims) > 0 {
		assert.Equal(t, resp.MemberSession.CustomClaims, fromJWT.CustomClaims)
	}
	assert.Len(t, fromJWT.AuthenticationFactors, len(resp.MemberSession.AuthenticationFactors))
	return fromJWT
}

func TestLogIn_isReal(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	service := server.Client().B2B.Sessions
	v := server.LogIn("Ada@Example.com")
	session := local(t, server, v.SessionJWT)
	assert.Equal(t, ada, v.Email)
	assert.Equal(t, v.MemberID, session.MemberID)
	assert.Equal(t, v.OrganizationID, session.OrganizationID)
	assert.Equal(t, "example", session.OrganizationSlug)
	assert.Equal(t, v.ExpiresAt, session.ExpiresAt)
	assert.WithinDuration(t, server.Clock().Now().Add(time.Hour), v.ExpiresAt, 10*time.Second)
	assert.Equal(t, []string{"stytch_member", "stytch_admin"}, session.Roles, "it is the organization's creator")

	other := server.CreateOrganization(ada, "Difference Engines", nil).Organization.OrganizationID
	_, err := service.Exchange(t.Context(), &sessions.ExchangeRequest{OrganizationID: other, SessionToken: &v.SessionToken})
	require.NoError(t, err)
	server.Clock().Advance(6 * time.Minute)
	resp, err := service.AuthenticateJWT(t.Context(),
		&sessions.AuthenticateJWTRequest{SessionJWT: v.SessionJWT, SessionToken: &v.SessionToken})
	require.NoError(t, err)
	require.NotNil(t, resp.Remote)
	_, err = service.Revoke(t.Context(), &sessions.RevokeRequest{SessionToken: &v.SessionToken})
	require.NoError(t, err)
	_, err = service.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &v.SessionToken})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
}

func TestLogIn_usesAnOrganizationOfTheirs(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	first := server.LogIn(ada)
	server.CreateOrganization(ada, "Difference Engines", nil)
	again := server.LogIn(ada)
	assert.Equal(t, first.MemberID, again.MemberID)
	assert.NotEqual(t, first.SessionToken, again.SessionToken)

	stranger := server.LogIn("eve@example.com")
	assert.NotEqual(t, first.OrganizationID, stranger.OrganizationID)
	eve := server.LogIn("eve@example.com", stytchtest.InOrganization("example"))
	assert.Equal(t, first.OrganizationID, eve.OrganizationID, "as a second member")
	assert.Equal(t, []string{"stytch_member"}, local(t, server, eve.SessionJWT).Roles)
	assert.Equal(t, eve.MemberID, server.LogIn("eve@example.com").MemberID, "the first organization, not the one joined first")
}

func TestLogIn_failures(t *testing.T) {
	t.Parallel()
	const kinds = "email, sms, totp, recovery_code, webauthn, password, oauth, sso"
	server := stytchtest.NewServer()
	server.CreateOrganization(ada, "strict", &discoveryorganizations.CreateRequest{MFAPolicy: new(organizations.MFAPolicyRequiredForAll)})
	server.CreateOrganization(ada, "passwords", &discoveryorganizations.CreateRequest{
		AuthMethods: new(organizations.AuthMethodsPolicyRestricted), AllowedAuthMethods: []string{"password"},
	})
	for _, row := range []struct {
		want  string
		email string
		opts  []stytchtest.LogInOption
	}{
		{"email_address", "", nil},
		{"invalid_email", "nobody", nil},
		{"InOrganization: the slug is empty", ada, []stytchtest.LogInOption{stytchtest.InOrganization("")}},
		{"invalid_organization_slug", ada, []stytchtest.LogInOption{stytchtest.InOrganization("a b")}},
		{"strict requires another factor (mfa)", ada, []stytchtest.LogInOption{stytchtest.InOrganization("strict")}},
		{"passwords requires another factor (primary)", ada, []stytchtest.LogInOption{stytchtest.InOrganization("passwords")}},
		{kinds, ada, []stytchtest.LogInOption{stytchtest.WithFactor("mail", 0)}},
		{kinds, ada, []stytchtest.LogInOption{stytchtest.WithFactor(kind(""), 0)}},
		{kinds, ada, []stytchtest.LogInOption{stytchtest.WithFactor("totp", -time.Nanosecond)}},
		{"last_authenticated_at must be in the years", "eve@example.com", []stytchtest.LogInOption{stytchtest.WithFactor("totp", math.MaxInt64)}},
		{"roles: ", "eve@example.com", []stytchtest.LogInOption{stytchtest.WithRoles("")}},
		{"WithClaims: ", ada, []stytchtest.LogInOption{stytchtest.WithClaims(map[string]any{"f": func() {}})}},
		{"stytch_claims", "eve@example.com", []stytchtest.LogInOption{stytchtest.WithClaims(map[string]any{"https://stytch.com/session": 1})}},
	} {
		err := panics(func() { server.LogIn(row.email, row.opts...) })
		require.ErrorContains(t, err, row.want)
		assert.True(t, strings.HasPrefix(err.Error(), "stytchtest: LogIn: "), err)
	}
	calls := len(server.Requests())
	require.Error(t, panics(func() { server.LogIn(ada, stytchtest.WithRoles("editor"), stytchtest.WithFactor("mail", 0)) }))
	assert.Len(t, server.Requests(), calls, "options are checked before the first call")
}

// panics returns the error with which a function panics.
func panics(f func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	f()
	return nil
}

func TestLogIn_panicsWithTheCause(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{
		"b2b.magic_links.email.discovery.send", "b2b.magic_links.discovery.authenticate", "b2b.discovery.organizations.list",
		"b2b.discovery.organizations.create", "b2b.discovery.intermediate_sessions.exchange", "b2b.sessions.authenticate",
	} {
		server := stytchtest.NewServer()
		server.RespondError(operation, &stytcherror.Error{StatusCode: 400, Code: "x_" + stytcherror.Code(operation)})
		err := errors.Join(
			panics(func() { server.LogIn(ada, stytchtest.WithRoles()) }),
			panics(func() { server.LogIn(ada, stytchtest.InOrganization("acme")) }))
		cause, ok := errors.AsType[*stytcherror.Error](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, stytcherror.Code("x_"+operation), cause.Code)
	}
	server := stytchtest.NewServer()
	server.Respond("b2b.magic_links.email.discovery.send", `{}`)
	require.ErrorContains(t, panics(func() { server.LogIn(ada) }), "no message to ada@example.com")
}

func TestLogIn_failsTheTest(t *testing.T) {
	t.Parallel()
	test := &failing{TB: t}
	var wg sync.WaitGroup
	wg.Go(func() { stytchtest.New(test).LogIn("nobody") })
	wg.Wait()
	assert.Contains(t, test.text, "stytchtest: LogIn: ")
	assert.Contains(t, test.text, "invalid_email")
}

func TestLogIn_concurrent(t *testing.T) {
	t.Parallel()
	server := stytchtest.NewServer()
	defer server.Close()
	var mu sync.Mutex
	members := map[string]string{} // by organization and address
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			email := fmt.Sprintf("ada%d@example.com", i%4)
			opts := []stytchtest.LogInOption{stytchtest.WithRoles("editor"), stytchtest.WithFactor("totp", time.Minute)}
			place := "their own"
			if i%8 < 4 {
				place = "acme"
				opts = append(opts, stytchtest.InOrganization("acme"))
			}
			v := server.LogIn(email, opts...)
			session := refresh(t, server, v)
			assert.Len(t, session.AuthenticationFactors, 2)
			assert.Equal(t, []string{"stytch_member", "editor"}, session.Roles)
			assert.Equal(t, v.Email, email)
			mu.Lock()
			defer mu.Unlock()
			if place == "acme" {
				assert.Equal(t, "acme", session.OrganizationSlug)
				if other, found := members[email]; found {
					assert.Equal(t, other, v.MemberID)
				}
				members[email] = v.MemberID
			}
		})
	}
	wg.Wait()
	assert.Len(t, members, 4)
}

// Concurrent logins of a new person get one organization.
func TestLogIn_concurrentOfOnePerson(t *testing.T) {
	t.Parallel()
	server := stytchtest.NewServer()
	visitors := make([]*stytchtest.Visitor, 12)
	var wg sync.WaitGroup
	for i := range visitors {
		wg.Go(func() { visitors[i] = server.LogIn(ada) })
	}
	wg.Wait()
	tokens := map[string]bool{}
	for _, v := range visitors {
		assert.Equal(t, visitors[0].MemberID, v.MemberID)
		tokens[v.SessionToken] = true
	}
	assert.Len(t, tokens, len(visitors))
}

// Responses that are delayed let every login see the state before the others have changed it.
func TestLogIn_worksUnderSynctest(t *testing.T) {
	t.Parallel()
	for operation, opts := range map[string][]stytchtest.LogInOption{
		"b2b.discovery.organizations.list":             {stytchtest.WithFactor("totp", time.Minute)},
		"b2b.discovery.intermediate_sessions.exchange": {stytchtest.InOrganization("acme")},
		"b2b.magic_links.email.discovery.send":         {stytchtest.InOrganization("acme"), stytchtest.WithRoles("editor")},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := stytchtest.New(t)
			require.NoError(t, server.AddFaults(emulator.Fault{Operation: operation, DelayMS: 1000, Count: -1}))
			visitors := make([]*stytchtest.Visitor, 4)
			var wg sync.WaitGroup
			for i := range visitors {
				wg.Go(func() { visitors[i] = server.LogIn(ada, opts...) })
			}
			wg.Wait()
			tokens := map[string]bool{}
			for _, v := range visitors {
				assert.Equal(t, visitors[0].MemberID, v.MemberID, operation)
				tokens[v.SessionToken] = true
			}
			assert.Len(t, tokens, len(visitors))
			time.Sleep(61 * time.Minute)
			_, err := server.Client().B2B.Sessions.Authenticate(t.Context(),
				&sessions.AuthenticateRequest{SessionToken: &visitors[0].SessionToken})
			require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
		})
	}
}

func TestLogIn_afterReset(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	v := server.LogIn(ada, stytchtest.WithRoles("editor"))
	server.Reset()
	_, err := server.NewClient(stytch.Config{}).B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &v.SessionToken})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
	again := server.LogIn(ada, stytchtest.WithRoles("editor"))
	assert.NotEqual(t, v.MemberID, again.MemberID)
	session, err := server.NewClient(stytch.Config{}).B2B.Sessions.AuthenticateJWTLocal(t.Context(),
		&sessions.AuthenticateJWTLocalRequest{SessionJWT: again.SessionJWT})
	require.NoError(t, err)
	assert.Equal(t, []string{"stytch_member", "editor"}, session.Roles)
}

// A login does not take a link that the test has sent to the same address.
func TestLogIn_takesNoOtherLink(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	token := server.MagicLink(ada)
	server.LogIn(ada)
	require.NotEmpty(t, token)
	_, err := server.Client().B2B.MagicLinks.Discovery.Authenticate(t.Context(), &magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: token})
	require.NoError(t, err)
}

func TestVisitor_bearer(t *testing.T) {
	t.Parallel()
	v := &stytchtest.Visitor{SessionJWT: "new"}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header["Authorization"] = []string{"Basic a", "Bearer b"}
	assert.Same(t, r, v.Bearer(r))
	assert.Equal(t, []string{"Bearer new"}, r.Header["Authorization"])
	assert.Equal(t, "Bearer new", v.Bearer(&http.Request{}).Header.Get("Authorization"), "of a request without a header")
}

func TestVisitor_printsNoSecrets(t *testing.T) {
	t.Parallel()
	v := stytchtest.New(t).LogIn(ada)
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("", "visitor", v, "value", *v)
	for _, text := range []string{fmt.Sprint(v), fmt.Sprintf("%+v %#v %s", *v, *v, v), logged.String()} {
		assert.NotContains(t, text, v.SessionToken)
		assert.NotContains(t, text, v.SessionJWT)
		assert.Contains(t, text, ada)
	}
}
