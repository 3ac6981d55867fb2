package httpauth_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// printed returns a value in each way in which it can get into a log.
func printed(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&b, verb+"\n", v)
		fmt.Fprintf(&b, verb+"\n", []any{v})
		fmt.Fprintf(&b, verb+"\n", struct{ Field any }{v})
	}
	fmt.Fprintln(&b, fmt.Errorf("wrapped: %w", errors.New(fmt.Sprint(v))))
	for _, h := range []slog.Handler{slog.NewJSONHandler(&b, nil), slog.NewTextHandler(&b, nil)} {
		slog.New(h).Info("message", "value", v, slog.Group("group", "value", v))
		slog.New(h).With("value", v).Info("message")
	}
	return b.String()
}

// principalOf returns whom a guard finds by a token.
func (s *site) principalOf(t *testing.T, token string, rules ...httpauth.Rule) *httpauth.Principal {
	t.Helper()
	p, err := s.guard.Check(t.Context(), token, rules...)
	require.NoError(t, err)
	return p
}

func TestPrint_showsNoSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("canary@example.com",
		stytchtest.WithClaims(map[string]any{"color": "canary"}), stytchtest.WithRoles("canary-role"))
	byJWT, byToken := s.principalOf(t, v.SessionJWT), s.principalOf(t, v.SessionToken)
	w := s.guard.WithPrincipal(t.Context(), byJWT)
	page := httpauth.Page{
		Name: "enroll", Fields: map[string]string{"token": v.SessionToken}, QRCode: template.URL("data:" + v.SessionToken),
		RecoveryCodes: []string{v.SessionToken}, Next: "/?" + v.SessionToken, Action: "/auth/mfa",
	}
	tokens := httpauth.Tokens{SessionToken: v.SessionToken, SessionJWT: v.SessionJWT, ExpiresAt: v.ExpiresAt}
	event := httpauth.Event{Kind: httpauth.EventAdmitted, Principal: byToken, Pattern: "GET /notes", Remote: time.Second}
	var nobody *httpauth.Principal
	for name, tt := range map[string]struct {
		value any
		shows string
	}{
		"a Principal by a JWT":   {byJWT, v.MemberID},
		"a Principal by a token": {byToken, v.OrganizationID},
		"nobody":                 {nobody, "nobody"},
		"a Denial":               {&httpauth.Denial{Reason: httpauth.ReasonToken, Err: errors.New("the cause")}, "invalid_token: the cause"},
		"a Denial's value":       {httpauth.Denial{Reason: httpauth.ReasonToken}, "httpauth: invalid_token"},
		"an Event":               {event, v.MemberID},
		"an Event's pointer":     {&event, "GET /notes"},
		"Tokens":                 {tokens, "redacted"},
		"a pointer to Tokens":    {&tokens, "redacted"},
		"a Page":                 {page, "page enroll"},
		"a pointer to a Page":    {&page, "page enroll"},
		"an Authorization":       {byToken.Authorization(), "redacted"},
		"a Guard":                {s.guard, "httpauth.Guard"},
		"the request's context":  {w, "context"},
		"a refusal":              {errorOfCheck(t, s), "invalid_token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := printed(t, tt.value)
			assert.Contains(t, text, tt.shows)
			for _, secret := range []string{v.SessionToken, v.SessionJWT, v.SessionJWT[len(v.SessionJWT)-40:], "canary", s.Secret()} {
				assert.NotContains(t, text, secret)
				assert.NotContains(t, text, fmt.Sprintf("%x", secret))
			}
		})
	}
	text := printed(t, *byToken)
	assert.NotContains(t, text, v.SessionToken)
	assert.NotContains(t, text, v.SessionJWT)
	data, err := json.Marshal([]any{byJWT, byToken})
	require.NoError(t, err)
	assert.NotContains(t, string(data), v.SessionToken)
	assert.NotContains(t, string(data), v.SessionJWT)
}

// errorOfCheck returns a refusal of a token that nobody has.
func errorOfCheck(t *testing.T, s *site) error {
	t.Helper()
	_, err := s.guard.Check(t.Context(), "canary-canary-canary-canary")
	require.Error(t, err)
	return err
}

func TestPrincipal_printsItsIDs(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]*httpauth.Principal{
		"nobody":      nil,
		"member m":    {Kind: httpauth.KindMember, ID: "m"},
		"user u":      {Kind: httpauth.KindUser, ID: "u", SessionID: "s"},
		"machine c":   {Kind: httpauth.KindMachine, ID: "c", ClientID: "c"},
		"app c for m": {Kind: httpauth.KindApp, ID: "m", ClientID: "c"},
		"member m in o by impersonator i": {
			Kind: httpauth.KindMember, ID: "m", OrganizationID: "o", OrganizationSlug: "canary", Impersonator: "i",
			Roles: []string{"canary"}, Scopes: []string{"canary"}, CustomClaims: map[string]any{"a": "canary"},
		},
	} {
		assert.Equal(t, want, p.String())
		assert.NotContains(t, printed(t, p), "canary")
	}
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "who", &httpauth.Principal{
		Kind: httpauth.KindApp, ID: "m", ClientID: "c", SessionID: "s", OrganizationID: "o", Impersonator: "i",
	})
	assert.Contains(t, b.String(),
		`"who":{"kind":"app","id":"m","client_id":"c","session_id":"s","organization_id":"o","impersonator":"i"}`)
}

// With a member's Authorization, a call is made in the name of its session: by the JWT or token that was verified.
func TestPrincipal_authorizationOfAMember(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	var byCookies *httpauth.Principal
	s.Clock().Advance(2 * time.Minute)
	s.get(request(http.MethodGet, "/", s.cookies(v)...), httpauth.MaxAge(time.Minute),
		httpauth.Allow(func(_ *http.Request, p *httpauth.Principal) error {
			byCookies = p
			return nil
		}))
	require.NotNil(t, byCookies)
	for name, tt := range map[string]struct {
		p          *httpauth.Principal
		token, jwt string
	}{
		"by a JWT":                     {s.principalOf(t, v.SessionJWT), "", v.SessionJWT},
		"by a token":                   {s.principalOf(t, v.SessionToken), v.SessionToken, ""},
		"by a JWT, after a question":   {s.principalOf(t, v.SessionJWT, httpauth.Remote()), "", v.SessionJWT},
		"by cookies, after a question": {byCookies, v.SessionToken, ""},
	} {
		renamed := "Renamed"
		_, err := s.Client().B2B.Organizations.Update(t.Context(), &organizations.UpdateRequest{
			OrganizationID: v.OrganizationID, OrganizationName: &renamed,
		}, shared.WithAuthorization(tt.p.Authorization()))
		require.NoError(t, err, "%s: an administrator may", name)
		sent := s.Requests()[len(s.Requests())-1].Header
		assert.Equal(t, tt.token, sent.Get("X-Stytch-Member-Session"), name)
		assert.Equal(t, tt.jwt, sent.Get("X-Stytch-Member-SessionJWT"), name)
	}
}

// With the Authorization of who has no session, every call is refused before it is sent: without one, it would be made
// with all that the project's secret permits.
func TestPrincipal_authorizationOfOthersIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	name := "Renamed"
	calls := map[string]func(opts shared.RequestOption) error{
		"an update": func(opt shared.RequestOption) error {
			_, err := s.Client().B2B.Organizations.Update(t.Context(), &organizations.UpdateRequest{
				OrganizationID: v.OrganizationID, OrganizationName: &name,
			}, opt)
			return err
		},
		"a deletion": func(opt shared.RequestOption) error {
			_, err := s.Client().B2B.Organizations.Members.Delete(t.Context(), &members.DeleteRequest{
				OrganizationID: v.OrganizationID, MemberID: v.MemberID,
			}, opt)
			return err
		},
		"a call that takes no session": func(opt shared.RequestOption) error {
			_, err := s.Client().B2B.Organizations.Get(t.Context(), &organizations.GetRequest{
				OrganizationID: v.OrganizationID,
			}, opt)
			return err
		},
	}
	for who, p := range map[string]*httpauth.Principal{
		"a machine":     s.principalOf(t, s.machineToken("a"), httpauth.Machines("a")),
		"an app":        s.principalOf(t, s.appToken(v, "a"), httpauth.Apps("a")),
		"a test":        {Kind: httpauth.KindMember, ID: v.MemberID},
		"the zero test": {},
	} {
		before := len(s.Requests())
		for call, f := range calls {
			var refused *stytcherror.ArgumentError
			require.ErrorAs(t, f(shared.WithAuthorization(p.Authorization())), &refused, "%s by %s", call, who)
			assert.Equal(t, "authorization", refused.Field)
		}
		assert.Len(t, s.Requests(), before)
	}
}

func TestClaims_decodesCustomClaims(t *testing.T) {
	t.Parallel()
	type plan struct {
		Name  string   `json:"plan"`
		Seats int      `json:"seats"`
		Tags  []string `json:"tags"`
	}
	s := newSite(t)
	v := s.LogIn("ada@example.com", stytchtest.WithClaims(map[string]any{
		"plan": "pro", "seats": 12, "tags": []string{"a"}, "other": true,
	}))
	for _, token := range []string{v.SessionJWT, v.SessionToken} {
		got, err := httpauth.Claims[plan](s.principalOf(t, token))
		require.NoError(t, err)
		assert.Equal(t, plan{"pro", 12, []string{"a"}}, got)
	}
	machine := s.MintAccessToken(stytchtest.AccessToken{Scopes: []string{"a"}, CustomClaims: map[string]any{"plan": "free"}})
	got, err := httpauth.Claims[plan](s.principalOf(t, machine, httpauth.Machines("a")))
	require.NoError(t, err)
	assert.Equal(t, "free", got.Name)
	none, err := httpauth.Claims[plan](&httpauth.Principal{})
	require.NoError(t, err)
	assert.Zero(t, none)
	none, err = httpauth.Claims[plan](nil)
	require.NoError(t, err)
	assert.Zero(t, none)
	_, err = httpauth.Claims[plan](&httpauth.Principal{CustomClaims: map[string]any{"seats": "many"}})
	var decode *stytcherror.DecodeError
	require.ErrorAs(t, err, &decode)
	assert.Contains(t, err.Error(), "seats")
	wrongCase, err := httpauth.Claims[plan](&httpauth.Principal{CustomClaims: map[string]any{"PLAN": "pro"}})
	require.NoError(t, err)
	assert.Empty(t, wrongCase.Name)
}

func TestPrincipal_hasWhatTheSessionHas(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com", inAcme, stytchtest.WithRoles("auditor"))
	for _, token := range []string{v.SessionJWT, v.SessionToken} {
		p := s.principalOf(t, token)
		assert.Equal(t, httpauth.KindMember, p.Kind)
		assert.Equal(t, v.MemberID, p.ID)
		assert.Equal(t, v.OrganizationID, p.OrganizationID)
		assert.Equal(t, "acme", p.OrganizationSlug)
		assert.NotEmpty(t, p.SessionID)
		assert.Empty(t, p.ClientID)
		assert.True(t, p.HasRole("auditor"))
		assert.False(t, p.HasRole("stytch_admin"))
		assert.False(t, p.HasRole(""))
		assert.WithinDuration(t, v.ExpiresAt, p.ExpiresAt, time.Second)
		assert.WithinDuration(t, s.Clock().Now(), p.CheckedAt, 2*time.Second)
		require.Len(t, p.Factors, 1)
		assert.Equal(t, b2csessions.AuthenticationFactorTypeMagicLink, p.Factors[0].Type)
		assert.False(t, p.Stale)
	}
	p := s.principalOf(t, s.appToken(v, "b", "a"), httpauth.Apps("a"))
	assert.Equal(t, httpauth.KindApp, p.Kind)
	assert.Equal(t, v.MemberID, p.ID)
	assert.Equal(t, "connected-app-test-1", p.ClientID)
	assert.Empty(t, p.SessionID)
	assert.Equal(t, v.OrganizationID, p.OrganizationID)
	assert.Equal(t, []string{"b", "a"}, p.Scopes)
	p = s.principalOf(t, s.machineToken("a"), httpauth.Machines("a"))
	assert.Equal(t, httpauth.KindMachine, p.Kind)
	assert.Equal(t, "m2m-client-test-1", p.ID)
	assert.Equal(t, p.ID, p.ClientID)
	assert.Empty(t, p.OrganizationID)
	assert.WithinDuration(t, s.Clock().Now().Add(time.Hour), p.ExpiresAt, 2*time.Second)
	w := s.get(v.Bearer(request(http.MethodGet, "/")))
	assert.Contains(t, w.Body.String(), "member "+v.MemberID)
}
