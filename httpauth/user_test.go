package httpauth_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

const (
	userID      = "user-test-1"
	userSession = "session-test-1"
	userToken   = "user-session-token-0001"
)

// userJWT returns a JWT of the user's session.
func (s *site) userJWT(opts ...stytchtest.TokenOption) string {
	return s.MintSessionJWT(stytchtest.Session{ID: userSession, UserID: userID}, opts...)
}

// answerUser lets the API say, to one question, that a token is of a session. It returns the session's new JWT.
func (s *site) answerUser(t *testing.T, session string) (jwt string) {
	t.Helper()
	jwt = s.MintSessionJWT(stytchtest.Session{ID: session, UserID: userID})
	now := s.Clock().Now().UTC()
	body, err := json.Marshal(map[string]any{
		"session": map[string]any{
			"session_id": session, "user_id": userID, "roles": []string{"stytch_user", "from_the_api"},
			"started_at": now, "last_accessed_at": now, "expires_at": now.Add(time.Hour), "authentication_factors": []any{},
		},
		"session_token": userToken, "session_jwt": jwt, "user": map[string]any{"user_id": userID},
	})
	require.NoError(t, err)
	s.Respond(userAuthenticate, string(body))
	return jwt
}

// userCalls returns how often the API was asked about a user's session.
func (s *site) userCalls() int { return s.calls(userAuthenticatePath) }

// How a user's cookies are read, row by row as for members.
func TestUser_cookiesCountAsThoseOfAMember(t *testing.T) {
	t.Parallel()
	expired, other := stytchtest.Expired(), stytchtest.Session{ID: "session-test-2", UserID: "user-test-2"}
	const nobody = httpauth.ReasonToken
	for name, tt := range map[string]struct {
		jwt    func(*site) string
		token  string
		answer func(*testing.T, *site) string // what the API says; the new JWT
		want   httpauth.Reason
		calls  int
		status int
	}{
		"a good JWT":                  {func(s *site) string { return s.userJWT() }, "", nil, "", 0, 200},
		"a good JWT and a token":      {func(s *site) string { return s.userJWT() }, userToken, nil, "", 0, 200},
		"an expired JWT and a token":  {func(s *site) string { return s.userJWT(expired) }, userToken, known, "", 1, 200},
		"a token alone":               {nil, userToken, known, "", 1, 200},
		"a forged JWT and a token":    {func(s *site) string { return s.userJWT(stytchtest.Forged()) }, userToken, known, "", 1, 200},
		"a member's JWT and a token":  {func(s *site) string { return s.MintSessionJWT(stytchtest.Session{}) }, userToken, known, "", 1, 200},
		"an expired JWT alone":        {func(s *site) string { return s.userJWT(expired) }, "", nil, nobody, 0, 401},
		"a member's JWT alone":        {func(s *site) string { return s.MintSessionJWT(stytchtest.Session{}) }, "", nil, nobody, 0, 401},
		"a token that is none":        {nil, "short", nil, httpauth.ReasonLogin, 0, 401},
		"a JWT of another session":    {func(s *site) string { return s.MintSessionJWT(other, expired) }, userToken, known, nobody, 1, 401},
		"a token that is not known":   {nil, userToken, refuses(stytcherror.CodeSessionNotFound), nobody, 1, 401},
		"an API that does not answer": {nil, userToken, unanswered, httpauth.ReasonUnavailable, 2, 503},
		"a project that is refused":   {nil, userToken, refuses(stytcherror.CodeUnauthorizedCredentials), httpauth.ReasonUnavailable, 1, 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newUserSite(t)
			r, jwt := request(http.MethodGet, "/"), ""
			if tt.jwt != nil {
				r.AddCookie(cookie(jwtCookie, tt.jwt(s)))
			}
			if tt.token != "" {
				r.AddCookie(cookie(tokenCookie, tt.token))
			}
			if tt.answer != nil {
				jwt = tt.answer(t, s)
			}
			w := serve(s.guard.Require()(http.HandlerFunc(whoami)), r)
			require.Equal(t, tt.status, w.Code)
			assert.Equal(t, tt.want, errorOf(t, w))
			assert.Equal(t, tt.calls, s.userCalls())
			if tt.want == "" {
				assert.Equal(t, "user "+userID, w.Body.String())
			}
			cookies, _ := kept(w)
			if tt.want == "" && tt.calls > 0 {
				require.Len(t, cookies, 1)
				assert.Equal(t, jwtCookie, cookies[0].Name)
				assert.Equal(t, jwt, cookies[0].Value)
			} else {
				assert.Empty(t, cookies)
			}
		})
	}
}

func known(t *testing.T, s *site) string {
	t.Helper()
	return s.answerUser(t, userSession)
}

func refuses(code stytcherror.Code) func(*testing.T, *site) string {
	return func(_ *testing.T, s *site) string {
		s.RespondError(userAuthenticate, &stytcherror.Error{Code: code})
		return ""
	}
}

func unanswered(t *testing.T, s *site) string {
	t.Helper()
	s.fails(userAuthenticate)
	return ""
}

// A refresh is remembered: requests with the old cookies cost nothing more.
func TestUser_aRefreshIsRemembered(t *testing.T) {
	t.Parallel()
	s := newUserSite(t)
	s.answerUser(t, userSession)
	var first []string
	for range 3 {
		r := request(http.MethodGet, "/", cookie(tokenCookie, userToken), cookie(jwtCookie, s.userJWT(stytchtest.Expired())))
		w := s.get(r)
		require.Equal(t, http.StatusOK, w.Code)
		if first == nil {
			first = w.Header()["Set-Cookie"]
		}
		assert.Equal(t, first, w.Header()["Set-Cookie"])
	}
	assert.Equal(t, 1, s.userCalls())
}

func TestUser_isHeldToTheRules(t *testing.T) {
	t.Parallel()
	s := newUserSite(t)
	s.Respond(userPolicyOperation, `{"policy": {
		"roles": [{"role_id": "editor", "description": "", "permissions": [{"resource_id": "document", "actions": ["edit"]}]},
			{"role_id": "stytch_user", "description": "", "permissions": []}],
		"resources": [{"resource_id": "document", "description": "", "actions": ["edit", "read"]}],
		"scopes": [{"scope": "read:documents", "description": "", "permissions": [{"resource_id": "document", "actions": ["read"]}]}]}}`)
	edit, read := httpauth.Permission("document", "edit"), httpauth.Permission("document", "read")
	editor := s.MintSessionJWT(stytchtest.Session{UserID: userID, Roles: []string{"editor"}})
	require.Empty(t, s.answerOf(t, editor, edit), "the policy is fetched once")
	machine := s.MintAccessToken(stytchtest.AccessToken{Scopes: []string{"read:documents"}})
	app := s.MintAccessToken(stytchtest.AccessToken{UserID: userID, ClientID: "c", Scopes: []string{"read:documents"}})
	apps, machines := httpauth.Apps("read:documents"), httpauth.Machines("read:documents")
	const refused, denied = httpauth.ReasonToken, httpauth.ReasonPermission
	rules := func(r ...httpauth.Rule) []httpauth.Rule { return r }
	for name, tt := range map[string]struct {
		token string
		rules []httpauth.Rule
		want  httpauth.Reason
	}{
		"a user passes":                       {s.userJWT(), nil, ""},
		"a user is no machine":                {s.userJWT(), rules(machines), refused},
		"a user is no app":                    {s.userJWT(), rules(apps), refused},
		"a machine is no user":                {machine, nil, refused},
		"an app is no user":                   {app, nil, refused},
		"a machine passes":                    {machine, rules(machines), ""},
		"an app passes":                       {app, rules(apps), ""},
		"an app is no machine":                {app, rules(machines), refused},
		"a machine is no app":                 {machine, rules(apps), refused},
		"an app lacks a scope":                {app, rules(httpauth.Apps("write:documents")), httpauth.ReasonScope},
		"all kinds pass where all are wanted": {app, rules(httpauth.People(), machines, apps), ""},
		"a member's session is refused":       {s.MintSessionJWT(stytchtest.Session{}), nil, refused},
		"a member's app is refused":           {s.MintAccessToken(stytchtest.AccessToken{MemberID: "member-test-1", Scopes: []string{"read:documents"}}), rules(apps), refused},
		"a role permits":                      {editor, rules(edit), ""},
		"a role does not permit":              {editor, rules(read), denied},
		"a user without the role":             {s.userJWT(), rules(edit), denied},
		"an app's scope permits":              {app, rules(apps, read), ""},
		"an app's scope does not permit":      {app, rules(apps, edit), denied},
		"a machine has no permissions":        {machine, rules(machines, read), denied},
		"a user is in no organization":        {s.userJWT(), rules(httpauth.InOrganizationID(otherOrganization)), httpauth.ReasonOrganization},
		"a factor":                            {s.userJWT(), rules(httpauth.FreshWithin(time.Minute, httpauth.FactorEmail)), ""},
		"a factor that lacks":                 {s.userJWT(), rules(httpauth.Factor()), httpauth.ReasonStepUp},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, s.answerOf(t, tt.token, tt.rules...))
		})
	}
}

func TestUser_permissionIsUndecidedWithoutAPolicy(t *testing.T) {
	t.Parallel()
	s := newUserSite(t)
	s.fails(userPolicyOperation)
	assert.Equal(t, httpauth.ReasonUnavailable, s.answerOf(t, s.userJWT(), httpauth.Permission("document", "edit")))
}

// Remote asks about a user at every request, by the JWT where that is all there is.
func TestUser_remoteAsksEachTime(t *testing.T) {
	t.Parallel()
	s := newUserSite(t)
	jwt := s.userJWT()
	for i := range 2 {
		s.answerUser(t, userSession)
		p := s.principalOf(t, jwt, httpauth.Remote())
		assert.True(t, p.HasRole("from_the_api"))
		assert.Equal(t, i+1, s.userCalls())
	}
	s.answerUser(t, "session-test-other")
	_, err := s.guard.Check(t.Context(), jwt, httpauth.Remote())
	assert.Equal(t, httpauth.ReasonUnavailable, reasonOf(t, err), "an answer about another session is none")
}

func TestUser_principalHasWhatTheSessionHas(t *testing.T) {
	t.Parallel()
	s := newUserSite(t)
	p := s.principalOf(t, s.userJWT())
	assert.Equal(t, httpauth.KindUser, p.Kind)
	assert.Equal(t, userID, p.ID)
	assert.Equal(t, userSession, p.SessionID)
	assert.Empty(t, p.OrganizationID+p.OrganizationSlug+p.ClientID)
	assert.Equal(t, []string{"stytch_user"}, p.Roles)
	assert.Equal(t, "user user-test-1", p.String())
	assert.NotZero(t, p.Authorization().SessionJWT)
	app := s.MintAccessToken(stytchtest.AccessToken{UserID: userID, ClientID: "c", Scopes: []string{"a"}})
	p = s.principalOf(t, app, httpauth.Apps("a"))
	assert.Equal(t, httpauth.KindApp, p.Kind)
	assert.Equal(t, "app c for user-test-1", p.String())
}

func TestUser_signOutRevokesAndClears(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		code    stytcherror.Code
		isError bool
	}{
		"revokes":                             {"", false},
		"has nothing to revoke":               {stytcherror.CodeSessionNotFound, false},
		"says if the session was not revoked": {stytcherror.CodeInternalServerError, true},
		"says so if the project's is refused": {stytcherror.CodeUnauthorizedCredentials, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newUserSite(t)
			if tt.code == "" {
				s.Respond(userRevoke, `{}`)
			} else {
				s.RespondError(userRevoke, &stytcherror.Error{Code: tt.code})
			}
			pair := []*http.Cookie{cookie(tokenCookie, userToken), cookie(jwtCookie, s.userJWT())}
			require.Equal(t, http.StatusOK, s.get(request(http.MethodGet, "/", pair...)).Code)
			w := httptest.NewRecorder()
			err := s.guard.SignOut(w, request(http.MethodPost, "/logout", pair...))
			assert.Equal(t, tt.isError, err != nil, err)
			_, expired := kept(w)
			assert.ElementsMatch(t, []string{tokenCookie, jwtCookie}, expired)
			assert.NotZero(t, s.calls(userRevokePath))
			w = s.get(request(http.MethodGet, "/", pair...))
			assert.Equal(t, httpauth.ReasonToken, errorOf(t, w), "this process refuses the session from now on")
			assert.Zero(t, s.userCalls())
			events := s.takeEvents()
			logout := events[len(events)-2]
			assert.Equal(t, httpauth.EventLogout, logout.Kind)
			assert.Equal(t, tt.isError, logout.Err != nil)
		})
	}
}

// Users are sent to log in, and refused as from another site, as members are.
func TestUser_isAnsweredAsAMember(t *testing.T) {
	t.Parallel()
	s := newUserSite(t, withLoginURL)
	w := s.get(navigation(http.MethodGet, "/notes"))
	assert.Equal(t, http.StatusSeeOther, w.Code)
	assert.Equal(t, loginURL+"?next=%2Fnotes", w.Header().Get("Location"))
	w = s.crossOrigin(t, http.MethodPost, "", headers{"Origin": evil}, cookie(jwtCookie, s.userJWT()))
	assert.Equal(t, httpauth.ReasonOrigin, errorOf(t, w))
}
