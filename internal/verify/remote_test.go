package verify_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// asksAPI asserts that AuthenticateJWTLocal refuses a token with this verdict, unless it is empty, and that AuthenticateJWT
// asks the API about it, once, with all fields of the request.
func (f *fixture) asksAPI(req *request, verdict stytcherror.Verdict) {
	f.t.Helper()
	_, err := f.authenticateLocal(f.t.Context(), req)
	if verdict != "" {
		isVerdict(f.t, err, f.name+".sessions.authenticate_jwt_local", verdict)
		showsNothing(f.t, err, req.SessionJWT)
	}
	var body, header string
	f.api.Handle(f.authenticatePath, func(r *http.Request) (int, []byte, error) {
		read, err := io.ReadAll(r.Body)
		body, header = string(read), r.Header.Get("X-Test")
		return http.StatusOK, []byte(f.authenticated), err
	})
	before := f.api.Requests(f.authenticatePath)
	full := *req
	full.SessionDurationMinutes, full.SessionCustomClaims = new(60), map[string]any{"plan": "team"}
	if full.AuthorizationCheck == nil {
		full.AuthorizationCheck = on("documents", "edit")
	}
	s, err := f.authenticate(f.t.Context(), &full, shared.WithHeader("X-Test", "7"))
	require.NoError(f.t, err)
	assert.True(f.t, s.remote)
	assert.Equal(f.t, []string{"of the API"}, s.roles)
	assert.Contains(f.t, f.authenticated, `"session_jwt":"`+s.jwt+`"`, "the response has the API's JWT")
	assert.Equal(f.t, 1, f.api.Requests(f.authenticatePath)-before, "once")
	organization := ""
	if f.isB2B() {
		organization = `"organization_id": "` + minttest.Organization + `",`
	}
	token := `"session_jwt": "` + req.SessionJWT + `"`
	if req.SessionToken != nil {
		token = `"session_token": "` + *req.SessionToken + `"`
	}
	assert.JSONEq(f.t, `{`+token+`, "session_duration_minutes": 60,
		"session_custom_claims": {"plan": "team"}, "authorization_check": {`+organization+`
			"resource_id": "documents", "action": "edit"}}`, body)
	assert.Equal(f.t, "7", header, "the options apply to the request")
}

func TestAuthenticateJWT_asksTheAPI(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "an expired JWT", func(f *fixture) {
		text := f.sessionJWT(nil)
		f.advance(5*time.Minute - 1)
		f.accepts(text)
		f.advance(1)
		f.asksAPI(&request{SessionJWT: text}, stytcherror.ErrTokenExpired)
		f.advance(365 * 24 * time.Hour)
		f.asksAPI(&request{SessionJWT: text}, stytcherror.ErrTokenExpired)
	})
	forEachProduct(t, "a JWT whose session has ended", func(f *fixture) {
		end := start.Add(time.Minute).Format(time.RFC3339)
		text := f.sessionJWT(map[string]any{minttest.SessionClaim: map[string]any{"id": minttest.Session, "expires_at": end}})
		f.advance(time.Minute - 1)
		f.accepts(text)
		f.advance(1)
		f.asksAPI(&request{SessionJWT: text}, stytcherror.ErrTokenExpired)
	})
	forEachProduct(t, "a JWT that is older than MaxTokenAge", func(f *fixture) {
		text := f.sessionJWT(nil)
		req := &request{SessionJWT: text, MaxTokenAge: new(30 * time.Second)}
		f.advance(30 * time.Second)
		_, err := f.authenticateLocal(f.t.Context(), req)
		require.NoError(f.t, err)
		f.advance(1)
		f.asksAPI(req, stytcherror.ErrTokenTooOld)
		f.accepts(text)
	})
	forEachProduct(t, "a session token whose JWT there are no keys to verify with", func(f *fixture) {
		for _, status := range []int{http.StatusInternalServerError, http.StatusForbidden, http.StatusServiceUnavailable} {
			f.api.Handle(f.keysPath, minttest.Status(status, ""))
			f.asksAPI(&request{SessionJWT: f.sessionJWT(nil), SessionToken: new("token-1")}, stytcherror.ErrKeysUnavailable)
			f.advance(time.Minute)
		}
		f.refuses(&request{SessionJWT: "not.a.token", SessionToken: new("token-1")}, malformed)
	})
	forEachProduct(t, "a check without a policy", func(f *fixture) {
		f.api.Handle(minttest.Policy, minttest.Status(http.StatusForbidden, `{}`))
		req := &request{SessionJWT: f.sessionJWT(nil), AuthorizationCheck: on("documents", "edit")}
		_, err := f.authenticateLocal(f.t.Context(), req)
		assert.Equal(f.t, f.name+".sessions.authenticate_jwt_local", outermost[*stytcherror.PolicyError](f.t, err).Op)
		f.asksAPI(req, "")
	})
	forEachProduct(t, "a session's token without a JWT", func(f *fixture) {
		var body string
		f.api.Handle(f.authenticatePath, func(r *http.Request) (int, []byte, error) {
			read, err := io.ReadAll(r.Body)
			body = string(read)
			return http.StatusOK, []byte(f.authenticated), err
		})
		s, err := f.authenticate(f.t.Context(), &request{SessionToken: new("token-1")})
		require.NoError(f.t, err)
		assert.True(f.t, s.remote)
		assert.JSONEq(f.t, `{"session_token": "token-1"}`, body)

		_, err = f.authenticate(f.t.Context(), &request{SessionToken: new("token-1"), AuthorizationCheck: on("documents", "edit")})
		require.NoError(f.t, err)
		assert.Contains(f.t, body, `"resource_id":"documents"`)

		before := f.api.Requests(f.authenticatePath)
		for field, req := range map[string]*request{
			"session_jwt": {},
			"action":      {SessionToken: new("token-1"), AuthorizationCheck: on("documents", "")},
		} {
			_, err = f.authenticate(f.t.Context(), req)
			assert.Equal(f.t, field, outermost[*stytcherror.ArgumentError](f.t, err).Field)
		}
		assert.Equal(f.t, before, f.api.Requests(f.authenticatePath))
	})
	forB2B(t, "a session's token, where the policy decides a check in its own organization", func(f *fixture) {
		body := f.requestBody()
		f.authenticated = strings.ReplaceAll(f.authenticated, "of the API", "editor")
		allowed, denied := on("documents", "edit"), on("documents", "delete")
		allowed.OrganizationID, denied.OrganizationID = "", ""
		s, err := f.authenticate(f.t.Context(), &request{SessionToken: new("token-1"), AuthorizationCheck: allowed})
		require.NoError(f.t, err)
		assert.True(f.t, s.remote)
		assert.JSONEq(f.t, `{"session_token": "token-1"}`, *body)
		s, err = f.authenticate(f.t.Context(), &request{SessionToken: new("token-1"), AuthorizationCheck: denied})
		assert.Nil(f.t, s)
		f.isDenial(err, "b2b.sessions.authenticate_jwt", "documents", "delete", "role editor allows only edit, read")
		f.api.Handle(minttest.Policy, minttest.Status(http.StatusServiceUnavailable, ""))
		f.client.B2B.RBAC.ForgetPolicy()
		s, err = f.authenticate(f.t.Context(), &request{SessionToken: new("token-1"), AuthorizationCheck: allowed})
		assert.Nil(f.t, s)
		assert.IsType(f.t, new(stytcherror.PolicyError), err)
	}, noRetry)
	forEachProduct(t, "the API's refusal is returned", func(f *fixture) {
		text := f.sessionJWT(nil)
		f.advance(time.Hour)
		f.api.Handle(f.authenticatePath, minttest.Status(http.StatusNotFound,
			`{"status_code":404,"request_id":"r","error_type":"session_not_found"}`))
		s, err := f.authenticate(f.t.Context(), &request{SessionJWT: text})
		assert.Nil(f.t, s)
		require.ErrorIs(f.t, err, stytcherror.CodeSessionNotFound)
		refused, _ := errors.AsType[*stytcherror.Error](err)
		assert.Equal(f.t, f.name+".sessions.authenticate", refused.Op)
		assert.Equal(f.t, 1, f.api.Requests(f.authenticatePath))
	})
}

// requestBody makes the API's response to Sessions.Authenticate record the body of the request.
func (f *fixture) requestBody() *string {
	body := new(string)
	f.api.Handle(f.authenticatePath, func(r *http.Request) (int, []byte, error) {
		read, err := io.ReadAll(r.Body)
		*body = string(read)
		return http.StatusOK, []byte(f.authenticated), err
	})
	return body
}

func TestAuthenticateJWT_asksTheAPIWith(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "the session token instead of the JWT, if there is one", func(f *fixture) {
		body := f.requestBody()
		text := f.sessionJWT(nil)
		f.advance(time.Hour)
		s, err := f.authenticate(f.t.Context(), &request{SessionJWT: text, SessionToken: new("token-1")})
		require.NoError(f.t, err)
		assert.True(f.t, s.remote)
		assert.JSONEq(f.t, `{"session_token": "token-1"}`, *body)
	})
	forB2B(t, "the session's own organization, if the check has none", func(f *fixture) {
		body := f.requestBody()
		c := &check{ResourceID: "documents", Action: "edit"}
		text := f.longLivedJWT(f.key)
		f.accepts(text)
		s, err := f.authenticate(f.t.Context(), &request{SessionJWT: text, AuthorizationCheck: c})
		require.NoError(f.t, err)
		assert.False(f.t, s.remote)
		for _, tt := range []struct {
			when string
			req  request
			fail string
		}{
			{"the JWT is too old", request{MaxTokenAge: new(time.Duration(0))}, ""},
			{"there is no policy", request{}, minttest.Policy},
			{"there are no keys", request{SessionToken: new("token-1")}, minttest.Keys},
		} {
			f.t.Log(tt.when)
			if tt.fail != "" {
				f.api.Handle(tt.fail, minttest.Status(http.StatusInternalServerError, ""))
				f.advance(25 * time.Hour)
			}
			tt.req.SessionJWT, tt.req.AuthorizationCheck = text, c
			s, err := f.authenticate(f.t.Context(), &tt.req)
			require.NoError(f.t, err)
			assert.True(f.t, s.remote)
			assert.Contains(f.t, *body, `"organization_id":"`+minttest.Organization+`"`)
		}
		assert.Empty(f.t, c.OrganizationID, "the caller's check is not changed")
	})
}

func TestAuthenticateJWT_doesNotAskTheAPI(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "a refused token that is also expired", func(f *fixture) {
		f.accepts(f.sessionJWT(nil))
		attacker := minttest.NewKey("jwk-test-attacker")
		past := f.claims(start.Add(-time.Hour))
		for text, verdict := range map[string]stytcherror.Verdict{
			attacker.WithKID("jwk-test-1").Sign(past):                         unsigned,
			attacker.Sign(past):                                               unknownKey,
			f.key.Sign(f.other(start.Add(-time.Hour))):                        wrongKind,
			f.key.Sign(minttest.AppToken(start.Add(-2*time.Hour), f.isB2B())): wrongKind,
			f.key.Sign(minttest.With(past, map[string]any{"aud": "another"})): wrongClaims,
			f.key.Sign(minttest.With(past, map[string]any{"iss": "another"})): wrongClaims,
		} {
			f.refuses(&request{SessionJWT: text, MaxTokenAge: new(time.Second)}, verdict)
		}
		assert.Equal(f.t, 1, f.api.Requests(""))
	})
	forEachProduct(t, "an unknown key, after the keys were fetched", func(f *fixture) {
		f.accepts(f.sessionJWT(nil))
		f.advance(time.Hour)
		text := minttest.NewKey("jwk-test-attacker").Sign(f.claims(f.now()))
		f.accepts(f.sessionJWT(nil))
		f.advance(30 * time.Second)
		_, err := f.authenticate(f.t.Context(), &request{SessionJWT: text})
		isVerdict(f.t, err, f.name+".sessions.authenticate_jwt", unknownKey)
		assert.Equal(f.t, 3, f.api.Requests(f.keysPath))
		assert.Equal(f.t, 3, f.api.Requests(""))
	})
	forEachProduct(t, "a denied action", func(f *fixture) {
		req := &request{SessionJWT: f.sessionJWT(nil), AuthorizationCheck: on("documents", "edit")}
		req.AuthorizationCheck.Action = "shred"
		f.withBoth(f.t.Context(), req, func(op string, s *session, err error) {
			assert.Equal(f.t, op, outermost[*stytcherror.PermissionError](f.t, err).Op)
			assert.Nil(f.t, s)
		})
		assert.Zero(f.t, f.api.Requests(f.authenticatePath))
	})
}

func TestAuthenticateJWT_leeway(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "leeway prolongs the life of a JWT, and is zero by default", func(f *fixture) {
		req := &request{SessionJWT: f.sessionJWT(nil), Leeway: 10 * time.Second}
		good := func(req *request) {
			f.t.Helper()
			_, err := f.authenticateLocal(f.t.Context(), req)
			require.NoError(f.t, err)
		}
		f.advance(5*time.Minute + 10*time.Second - 1)
		good(req)
		f.asksAPI(&request{SessionJWT: req.SessionJWT}, stytcherror.ErrTokenExpired)
		f.advance(1)
		f.asksAPI(req, stytcherror.ErrTokenExpired)
	})
	forEachProduct(t, "leeway prolongs the life of a session, but does not change the age of a JWT", func(f *fixture) {
		end := start.Add(time.Minute).Format(time.RFC3339)
		text := f.sessionJWT(map[string]any{minttest.SessionClaim: map[string]any{"id": minttest.Session, "expires_at": end}})
		f.advance(65 * time.Second)
		_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text, Leeway: 10 * time.Second})
		require.NoError(f.t, err)
		f.asksAPI(&request{SessionJWT: text, Leeway: 10 * time.Second, MaxTokenAge: new(time.Minute)}, stytcherror.ErrTokenTooOld)
	})
	forEachProduct(t, "iat and nbf may be five seconds in the future, or as many as the leeway", func(f *fixture) {
		for _, claim := range []string{"iat", "nbf"} {
			ahead := func(seconds int64) string { return f.sessionJWT(map[string]any{claim: start.Unix() + seconds}) }
			f.accepts(ahead(5))
			f.refuses(&request{SessionJWT: ahead(6)}, malformed)
			f.refuses(&request{SessionJWT: ahead(6), Leeway: time.Second}, malformed)
			_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: ahead(10), Leeway: 10 * time.Second})
			require.NoError(f.t, err)
			f.refuses(&request{SessionJWT: ahead(11), Leeway: 10 * time.Second}, malformed)
		}
	})
}

func TestAuthenticateJWT_timeout(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "shared.WithTimeout bounds the fetches and the request together", func(f *fixture) {
		hang := func(r *http.Request) (int, []byte, error) {
			<-r.Context().Done()
			return 0, nil, r.Context().Err()
		}
		f.api.Handle(minttest.Keys, hang)
		f.api.Handle(minttest.Policy, hang)
		f.api.Handle(f.authenticatePath, hang)
		for _, req := range []*request{
			{SessionJWT: f.sessionJWT(nil)},
			{SessionJWT: f.sessionJWT(nil), SessionToken: new("token-1")},
			{SessionJWT: f.sessionJWT(nil), SessionToken: new("token-1"), AuthorizationCheck: on("documents", "edit")},
			{SessionToken: new("token-1"), AuthorizationCheck: on("documents", "edit")},
		} {
			began := time.Now()
			_, err := f.authenticate(f.t.Context(), req, shared.WithTimeout(3*time.Second))
			assert.ErrorIs(f.t, err, context.DeadlineExceeded)
			assert.Equal(f.t, 3*time.Second, time.Since(began))
			assert.Equal(f.t, http.StatusServiceUnavailable, stytcherror.HTTPStatus(err))
		}
		time.Sleep(time.Minute) // the fetches end
	})
}

func TestAuthenticateJWT_refusesArguments(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "an incomplete request, before anything is sent", func(f *fixture) {
		text := f.sessionJWT(nil)
		with := func(change func(*check)) *request {
			req := &request{SessionJWT: text, AuthorizationCheck: on("documents", "edit")}
			change(req.AuthorizationCheck)
			return req
		}
		cases := map[string]*request{
			"max_token_age": {SessionJWT: text, MaxTokenAge: new(time.Duration(-1))},
			"leeway":        {SessionJWT: text, Leeway: -1},
			"session_jwt":   {},
			"resource_id":   with(func(q *check) { q.ResourceID = "" }),
			"action":        with(func(q *check) { q.Action = "" }),
		}
		for field, req := range cases {
			f.withBoth(f.t.Context(), req, func(op string, s *session, err error) {
				isArgumentError(f.t, err, op, field)
				assert.Nil(f.t, s)
			})
		}
		f.withBoth(f.t.Context(), nil, func(op string, _ *session, err error) { isArgumentError(f.t, err, op, "session_jwt") })
		for _, req := range []*request{nil, {SessionJWT: text}, {SessionJWT: text, AuthorizationCheck: on("documents", "edit")}} {
			var none context.Context
			f.withBoth(none, req, func(op string, _ *session, err error) { isArgumentError(f.t, err, op, "ctx") })
		}
		assert.Zero(f.t, f.api.Requests(""))
	})
	forEachProduct(t, "an incomplete request with an expired token, without asking the API", func(f *fixture) {
		text := f.sessionJWT(nil)
		f.advance(time.Hour)
		f.withBoth(f.t.Context(), &request{SessionJWT: text, AuthorizationCheck: &check{}}, func(op string, _ *session, err error) {
			_, ok := errors.AsType[*stytcherror.ArgumentError](err)
			assert.True(f.t, ok, "%s: %v", op, err)
		})
		assert.Zero(f.t, f.api.Requests(""))
	})
}

func TestAuthenticateJWT_context(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "nothing is sent under a context that has ended", func(f *fixture) {
		ctx, cancel := context.WithCancel(f.t.Context())
		cancel()
		text := f.sessionJWT(nil)
		for _, req := range []*request{{SessionJWT: text}, {SessionJWT: text, AuthorizationCheck: on("documents", "edit")}} {
			f.withBoth(ctx, req, func(op string, s *session, err error) {
				isContextError(f.t, err, op, context.Canceled)
				assert.Nil(f.t, s)
			})
		}
		assert.Zero(f.t, f.api.Requests(""))
		f.accepts(text)
		_, err := f.authenticateLocal(ctx, &request{SessionJWT: text})
		require.NoError(f.t, err, "with cached keys, the context does not matter")
		_, err = f.authenticateLocal(ctx, &request{SessionJWT: text, AuthorizationCheck: on("documents", "edit")})
		require.ErrorIs(f.t, err, context.Canceled)
		f.advance(time.Hour)
		_, err = f.authenticate(ctx, &request{SessionJWT: text})
		require.ErrorIs(f.t, err, context.Canceled)
		assert.Zero(f.t, f.api.Requests(f.authenticatePath))
		assert.Zero(f.t, f.api.Requests(minttest.Policy))
	})
	forEachProduct(t, "a malformed token is refused as such, even if the context has ended", func(f *fixture) {
		ctx, cancel := context.WithCancel(f.t.Context())
		cancel()
		f.withBoth(ctx, &request{SessionJWT: "not.a.token"}, func(op string, _ *session, err error) { isVerdict(f.t, err, op, malformed) })
	}, func(c *stytch.Config) { c.Verification.TokenCacheSize = 8 })
}
