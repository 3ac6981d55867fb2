package verify_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// editing is what an editor may do.
func editing() *question {
	return &question{OrganizationID: minttest.Organization, ResourceID: "documents", Action: "edit"}
}

// asks asserts that the API has the last word on a token: it is asked once, with all there is to say.
func (w *world) asks(req *call, verdict *stytcherror.TokenError) {
	w.t.Helper()
	_, err := w.local(w.t.Context(), w.client, req)
	if verdict != nil {
		refusal(w.t, err, w.name+".sessions.authenticate_jwt_local", verdict)
		tellsNothing(w.t, err, req.SessionJWT)
	}
	var body, note string
	w.api.Handle(w.remote, func(r *http.Request) (int, []byte, error) {
		read, err := io.ReadAll(r.Body)
		body, note = string(read), r.Header.Get("X-Note")
		return http.StatusOK, []byte(w.answer), err
	})
	before := w.api.Requests(w.remote)
	full := *req
	full.SessionDurationMinutes, full.SessionCustomClaims = new(60), map[string]any{"plan": "team"}
	if full.AuthorizationCheck == nil {
		full.AuthorizationCheck = editing()
	}
	o, err := w.ask(w.t.Context(), w.client, &full, shared.WithHeader("X-Note", "7"))
	require.NoError(w.t, err)
	assert.True(w.t, o.remote)
	assert.Equal(w.t, "session-of-the-api", o.id)
	assert.Equal(w.t, "fresh", o.jwt, "the JWT to go on with is the API's")
	assert.Equal(w.t, 1, w.api.Requests(w.remote)-before, "once")
	organization := ""
	if w.name == "b2b" {
		organization = `"organization_id": "` + minttest.Organization + `",`
	}
	assert.JSONEq(w.t, `{"session_jwt": "`+req.SessionJWT+`", "session_duration_minutes": 60,
		"session_custom_claims": {"plan": "team"}, "authorization_check": {`+organization+`
			"resource_id": "documents", "action": "edit"}}`, body)
	assert.Equal(w.t, "7", note, "with the options of the call")
}

func TestAuthenticateJWT_asksTheAPI(t *testing.T) {
	t.Parallel()
	promise(t, "about a JWT that has expired, to the second", func(w *world) {
		text := w.session(nil)
		w.advance(5*time.Minute - 1)
		w.verifies(text)
		w.advance(1)
		w.asks(&call{SessionJWT: text}, stytcherror.ErrTokenExpired)
		w.advance(365 * 24 * time.Hour)
		w.asks(&call{SessionJWT: text}, stytcherror.ErrTokenExpired)
	})
	promise(t, "about a session that ended before its JWT", func(w *world) {
		end := dawn.Add(time.Minute).Format(time.RFC3339)
		text := w.session(map[string]any{minttest.SessionClaim: map[string]any{"id": minttest.Session, "expires_at": end}})
		w.advance(time.Minute - 1)
		w.verifies(text)
		w.advance(1)
		w.asks(&call{SessionJWT: text}, stytcherror.ErrTokenExpired)
	})
	promise(t, "about a JWT that is older than MaxTokenAge, to the moment", func(w *world) {
		text := w.session(nil)
		req := &call{SessionJWT: text, MaxTokenAge: new(30 * time.Second)}
		w.advance(30 * time.Second)
		_, err := w.local(w.t.Context(), w.client, req)
		require.NoError(w.t, err)
		w.advance(1)
		w.asks(req, stytcherror.ErrTokenTooOld)
		w.verifies(text)
	})
	promise(t, "when there are no keys", func(w *world) {
		for _, status := range []int{http.StatusInternalServerError, http.StatusForbidden, http.StatusServiceUnavailable} {
			w.api.Handle(w.keys, func(*http.Request) (int, []byte, error) { return status, nil, nil })
			w.asks(&call{SessionJWT: w.session(nil)}, stytcherror.ErrKeysUnavailable)
			w.asks(&call{SessionJWT: w.session(map[string]any{"aud": "another"})}, stytcherror.ErrKeysUnavailable)
			w.advance(time.Minute)
		}
		w.refuses(&call{SessionJWT: "not.a.token"}, malformed)
	})
	promise(t, "when there is no policy", func(w *world) {
		w.api.Handle(minttest.Policy, func(*http.Request) (int, []byte, error) { return http.StatusForbidden, []byte(`{}`), nil })
		req := &call{SessionJWT: w.session(nil), AuthorizationCheck: editing()}
		_, err := w.local(w.t.Context(), w.client, req)
		undecided, ok := errors.AsType[*stytcherror.PolicyError](err)
		require.True(w.t, ok, "%T: %v", err, err)
		assert.Equal(w.t, w.name+".sessions.authenticate_jwt_local", undecided.Op)
		w.asks(req, nil)
	})
	promise(t, "whose no is an answer, too", func(w *world) {
		text := w.session(nil)
		w.advance(time.Hour)
		w.api.Handle(w.remote, func(*http.Request) (int, []byte, error) {
			return http.StatusNotFound, []byte(`{"status_code":404,"request_id":"r","error_type":"session_not_found"}`), nil
		})
		o, err := w.ask(w.t.Context(), w.client, &call{SessionJWT: text})
		assert.Nil(w.t, o)
		require.ErrorIs(w.t, err, stytcherror.CodeSessionNotFound)
		refused, _ := errors.AsType[*stytcherror.Error](err)
		assert.Equal(w.t, w.name+".sessions.authenticate", refused.Op)
		assert.Equal(w.t, 1, w.api.Requests(w.remote))
	})
}

func TestAuthenticateJWT_decidesAlone(t *testing.T) {
	t.Parallel()
	promise(t, "on a forgery, however old", func(w *world) {
		w.verifies(w.session(nil))
		enemy := minttest.NewKey("jwk-test-enemy")
		past := w.claims(dawn.Add(-time.Hour))
		for text, verdict := range map[string]*stytcherror.TokenError{
			enemy.WithKID("jwk-test-1").Sign(past):                                 unsigned,
			enemy.Sign(past):                                                       unknownKey,
			w.key.Sign(w.stranger(dawn.Add(-time.Hour))):                           wrongKind,
			w.key.Sign(minttest.AppToken(dawn.Add(-2*time.Hour), w.name == "b2b")): wrongKind,
			w.key.Sign(minttest.With(past, map[string]any{"aud": "another"})):      wrongClaims,
			w.key.Sign(minttest.With(past, map[string]any{"iss": "another"})):      wrongClaims,
		} {
			w.refuses(&call{SessionJWT: text, MaxTokenAge: new(time.Second)}, verdict)
		}
		assert.Equal(w.t, 1, w.api.Requests(""))
	})
	promise(t, "on a key that is new to it, after a look at the keys", func(w *world) {
		w.verifies(w.session(nil))
		w.advance(time.Hour)
		text := minttest.NewKey("jwk-test-enemy").Sign(w.claims(w.now()))
		w.verifies(w.session(nil))
		w.advance(30 * time.Second)
		_, err := w.ask(w.t.Context(), w.client, &call{SessionJWT: text})
		refusal(w.t, err, w.name+".sessions.authenticate_jwt", unknownKey)
		assert.Equal(w.t, 3, w.api.Requests(w.keys))
		assert.Equal(w.t, 3, w.api.Requests(""))
	})
	promise(t, "on an action that is denied", func(w *world) {
		req := &call{SessionJWT: w.session(nil), AuthorizationCheck: editing()}
		req.AuthorizationCheck.Action = "shred"
		w.both(w.t.Context(), req, func(op string, o *outcome, err error) {
			denied, ok := errors.AsType[*stytcherror.PermissionError](err)
			require.True(w.t, ok, "%T: %v", err, err)
			assert.Equal(w.t, op, denied.Op)
			assert.Nil(w.t, o)
		})
		assert.Zero(w.t, w.api.Requests(w.remote))
	})
}

func TestAuthenticateJWT_leeway(t *testing.T) {
	t.Parallel()
	promise(t, "prolongs a JWT, to the second, and not by default", func(w *world) {
		req := &call{SessionJWT: w.session(nil), Leeway: 10 * time.Second}
		good := func(req *call) {
			w.t.Helper()
			_, err := w.local(w.t.Context(), w.client, req)
			require.NoError(w.t, err)
		}
		w.advance(5*time.Minute + 10*time.Second - 1)
		good(req)
		w.asks(&call{SessionJWT: req.SessionJWT}, stytcherror.ErrTokenExpired)
		w.advance(1)
		w.asks(req, stytcherror.ErrTokenExpired)
	})
	promise(t, "prolongs a session that ends before its JWT, but makes no JWT younger", func(w *world) {
		end := dawn.Add(time.Minute).Format(time.RFC3339)
		text := w.session(map[string]any{minttest.SessionClaim: map[string]any{"id": minttest.Session, "expires_at": end}})
		w.advance(65 * time.Second)
		_, err := w.local(w.t.Context(), w.client, &call{SessionJWT: text, Leeway: 10 * time.Second})
		require.NoError(w.t, err)
		w.asks(&call{SessionJWT: text, Leeway: 10 * time.Second, MaxTokenAge: new(time.Minute)}, stytcherror.ErrTokenTooOld)
	})
	promise(t, "is five seconds for a clock that is slow, and more for who says so", func(w *world) {
		for _, claim := range []string{"iat", "nbf"} {
			ahead := func(seconds int64) string { return w.session(map[string]any{claim: dawn.Unix() + seconds}) }
			w.verifies(ahead(5))
			w.refuses(&call{SessionJWT: ahead(6)}, malformed)
			w.refuses(&call{SessionJWT: ahead(6), Leeway: time.Second}, malformed)
			_, err := w.local(w.t.Context(), w.client, &call{SessionJWT: ahead(10), Leeway: 10 * time.Second})
			require.NoError(w.t, err)
			w.refuses(&call{SessionJWT: ahead(11), Leeway: 10 * time.Second}, malformed)
		}
	})
}

func TestAuthenticateJWT_refusesArguments(t *testing.T) {
	t.Parallel()
	promise(t, "that make no sense, before anything is sent", func(w *world) {
		text := w.session(nil)
		with := func(change func(*question)) *call {
			req := &call{SessionJWT: text, AuthorizationCheck: editing()}
			change(req.AuthorizationCheck)
			return req
		}
		cases := map[string]*call{
			"max_token_age": {SessionJWT: text, MaxTokenAge: new(time.Duration(-1))},
			"leeway":        {SessionJWT: text, Leeway: -1},
			"session_jwt":   {},
			"resource_id":   with(func(q *question) { q.ResourceID = "" }),
			"action":        with(func(q *question) { q.Action = "" }),
		}
		for field, req := range cases {
			w.both(w.t.Context(), req, func(op string, o *outcome, err error) {
				argument(w.t, err, op, field)
				assert.Nil(w.t, o)
			})
		}
		w.both(w.t.Context(), nil, func(op string, _ *outcome, err error) { argument(w.t, err, op, "session_jwt") })
		for _, req := range []*call{nil, {SessionJWT: text}, {SessionJWT: text, AuthorizationCheck: editing()}} {
			var none context.Context
			w.both(none, req, func(op string, _ *outcome, err error) { argument(w.t, err, op, "ctx") })
		}
		assert.Zero(w.t, w.api.Requests(""))
	})
	promise(t, "of a token that has expired, too: the API is not asked either", func(w *world) {
		text := w.session(nil)
		w.advance(time.Hour)
		w.both(w.t.Context(), &call{SessionJWT: text, AuthorizationCheck: &question{}}, func(op string, _ *outcome, err error) {
			_, ok := errors.AsType[*stytcherror.ArgumentError](err)
			assert.True(w.t, ok, "%s: %v", op, err)
		})
		assert.Zero(w.t, w.api.Requests(""))
	})
}

func TestAuthenticateJWT_context(t *testing.T) {
	t.Parallel()
	promise(t, "a caller who has left is told so, and nothing is sent for him", func(w *world) {
		ctx, cancel := context.WithCancel(w.t.Context())
		cancel()
		text := w.session(nil)
		for _, req := range []*call{{SessionJWT: text}, {SessionJWT: text, AuthorizationCheck: editing()}} {
			w.both(ctx, req, func(op string, o *outcome, err error) {
				noAnswer(w.t, err, op, context.Canceled)
				assert.Nil(w.t, o)
			})
		}
		assert.Zero(w.t, w.api.Requests(""))
		w.verifies(text)
		_, err := w.local(ctx, w.client, &call{SessionJWT: text})
		require.NoError(w.t, err, "what needs no wait needs no context")
		_, err = w.local(ctx, w.client, &call{SessionJWT: text, AuthorizationCheck: editing()})
		require.ErrorIs(w.t, err, context.Canceled)
		w.advance(time.Hour)
		_, err = w.ask(ctx, w.client, &call{SessionJWT: text})
		require.ErrorIs(w.t, err, context.Canceled)
		assert.Zero(w.t, w.api.Requests(w.remote))
		assert.Zero(w.t, w.api.Requests(minttest.Policy))
	})
	promise(t, "a token that is none is refused as such, whatever the context", func(w *world) {
		ctx, cancel := context.WithCancel(w.t.Context())
		cancel()
		w.both(ctx, &call{SessionJWT: "not.a.token"}, func(op string, _ *outcome, err error) { refusal(w.t, err, op, malformed) })
	}, func(c *stytch.Config) { c.Verification.TokenCacheSize = 8 })
}
