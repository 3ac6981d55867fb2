package verify_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// dawn is when everything here begins, by Config.Now. The clock of the machine says something else: whoever looks at
// that one takes all tokens for ones of the future.
var dawn = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

type (
	// call is the request of both products.
	call = b2bsessions.AuthenticateJWTRequest
	// question is the check of both products; users have no organization.
	question = b2bsessions.AuthorizationCheck
)

// outcome is what both products tell of a session.
type outcome struct {
	id, subject, jwt string
	ends             time.Time
	roles            []string
	claims           map[string]any
	remote           bool
}

// product is one of the two, seen alike.
type product struct {
	name     string
	claims   func(time.Time) map[string]any
	stranger func(time.Time) map[string]any // the other product's session
	keys     string                         // the path of its keys
	remote   string                         // the path of the API's own check
	answer   string                         // what comes from there
	local    func(context.Context, *stytch.Client, *call) (*outcome, error)
	ask      func(context.Context, *stytch.Client, *call, ...shared.RequestOption) (*outcome, error)
	ready    func(context.Context, *stytch.Client) error
}

func products() []*product { return []*product{memberSessions(), userSessions()} }

func memberSessions() *product {
	seen := func(s *b2bsessions.MemberSession) *outcome {
		return &outcome{
			id: s.MemberSessionID, subject: s.MemberID, ends: s.ExpiresAt, roles: s.Roles, claims: s.CustomClaims,
		}
	}
	return &product{
		name: "b2b", claims: minttest.MemberSession, stranger: minttest.UserSession,
		keys: "/v1/b2b/sessions/jwks/" + minttest.Project, remote: "/v1/b2b/sessions/authenticate",
		answer: `{"request_id":"request-id-1","status_code":200,"session_jwt":"fresh","session_token":"",
			"member_session":{"member_session_id":"session-of-the-api","roles":["of the API"]}}`,
		local: func(ctx context.Context, c *stytch.Client, req *call) (*outcome, error) {
			var local *b2bsessions.AuthenticateJWTLocalRequest
			if req != nil {
				local = &b2bsessions.AuthenticateJWTLocalRequest{
					SessionJWT: req.SessionJWT, MaxTokenAge: req.MaxTokenAge, Leeway: req.Leeway,
					AuthorizationCheck: req.AuthorizationCheck,
				}
			}
			s, err := c.B2B.Sessions.AuthenticateJWTLocal(ctx, local)
			if s == nil {
				return nil, err
			}
			return seen(s), err
		},
		ask: func(ctx context.Context, c *stytch.Client, req *call, opts ...shared.RequestOption) (*outcome, error) {
			resp, err := c.B2B.Sessions.AuthenticateJWT(ctx, req, opts...)
			if resp == nil {
				return nil, err
			}
			o := seen(&resp.MemberSession)
			o.jwt, o.remote = resp.SessionJWT, resp.Remote != nil
			return o, err
		},
		ready: func(ctx context.Context, c *stytch.Client) error { return c.B2B.Sessions.Ready(ctx) },
	}
}

func userSessions() *product {
	seen := func(s *b2csessions.Session) *outcome {
		return &outcome{id: s.SessionID, subject: s.UserID, ends: s.ExpiresAt, roles: s.Roles, claims: s.CustomClaims}
	}
	check := func(q *question) *b2csessions.AuthorizationCheck {
		if q == nil {
			return nil
		}
		return &b2csessions.AuthorizationCheck{ResourceID: q.ResourceID, Action: q.Action}
	}
	return &product{
		name: "b2c", claims: minttest.UserSession, stranger: minttest.MemberSession,
		keys: "/v1/sessions/jwks/" + minttest.Project, remote: "/v1/sessions/authenticate",
		answer: `{"request_id":"request-id-1","status_code":200,"session_jwt":"fresh","session_token":"",
			"session":{"session_id":"session-of-the-api","roles":["of the API"]}}`,
		local: func(ctx context.Context, c *stytch.Client, req *call) (*outcome, error) {
			var local *b2csessions.AuthenticateJWTLocalRequest
			if req != nil {
				local = &b2csessions.AuthenticateJWTLocalRequest{
					SessionJWT: req.SessionJWT, MaxTokenAge: req.MaxTokenAge, Leeway: req.Leeway,
					AuthorizationCheck: check(req.AuthorizationCheck),
				}
			}
			s, err := c.B2C.Sessions.AuthenticateJWTLocal(ctx, local)
			if s == nil {
				return nil, err
			}
			return seen(s), err
		},
		ask: func(ctx context.Context, c *stytch.Client, req *call, opts ...shared.RequestOption) (*outcome, error) {
			var remote *b2csessions.AuthenticateJWTRequest
			if req != nil {
				remote = &b2csessions.AuthenticateJWTRequest{
					SessionJWT: req.SessionJWT, MaxTokenAge: req.MaxTokenAge, Leeway: req.Leeway,
					AuthorizationCheck: check(req.AuthorizationCheck), SessionCustomClaims: req.SessionCustomClaims,
					SessionDurationMinutes: req.SessionDurationMinutes,
				}
			}
			resp, err := c.B2C.Sessions.AuthenticateJWT(ctx, remote, opts...)
			if resp == nil {
				return nil, err
			}
			o := seen(&resp.Session)
			o.jwt, o.remote = resp.SessionJWT, resp.Remote != nil
			return o, err
		},
		ready: func(ctx context.Context, c *stytch.Client) error { return c.B2C.Sessions.Ready(ctx) },
	}
}

// world is a client of one product, the API it talks to, and a clock that only moves when it is told to.
type world struct {
	*product

	t      *testing.T
	key    *minttest.Key
	api    *minttest.API
	client *stytch.Client
	passed atomic.Int64
}

// promise is a test of each product, in a bubble: waiting takes no time there, and no goroutine may stay behind.
func promise(t *testing.T, text string, test func(w *world), edit ...func(*stytch.Config)) {
	t.Helper()
	for _, p := range products() {
		t.Run(text+"/"+p.name, func(t *testing.T) {
			t.Parallel()
			minttest.NewKey("jwk-test-1") // made outside, in time that counts for nothing
			synctest.Test(t, func(t *testing.T) { test(newWorld(t, p, edit...)) })
		})
	}
}

func newWorld(t *testing.T, p *product, edit ...func(*stytch.Config)) *world {
	t.Helper()
	key := minttest.NewKey("jwk-test-1")
	w := &world{product: p, t: t, key: key, api: minttest.NewAPI(key)}
	w.api.Serve(p.remote, p.answer)
	config := stytch.Config{ProjectID: minttest.Project, Secret: minttest.Secret, HTTPClient: w.api.Client(), Now: w.now}
	for _, e := range edit {
		e(&config)
	}
	var err error
	w.client, err = stytch.NewClient(config)
	require.NoError(t, err)
	require.Zero(t, w.api.Requests(""), "a client touches no network")
	return w
}

// in is the same world for a test below.
func (w *world) in(t *testing.T) *world {
	t.Helper()
	return &world{product: w.product, t: t, key: w.key, api: w.api, client: w.client}
}

func (w *world) now() time.Time { return dawn.Add(time.Duration(w.passed.Load())) }

// advance moves the clock, and leaves time to whatever is under way.
func (w *world) advance(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
	w.passed.Add(int64(d))
}

// session is a session's JWT, issued now, with some claims in the place of others.
func (w *world) session(others map[string]any) string {
	return w.key.Sign(minttest.With(w.claims(w.now()), others))
}

// lasting is a session's JWT that outlives every test.
func (w *world) lasting(key *minttest.Key) string {
	return key.Sign(lasting(w.claims(dawn)))
}

func lasting(claims map[string]any) map[string]any {
	session := map[string]any{"id": minttest.Session, "roles": []string{"stytch_member", "stytch_user", "editor"}}
	return minttest.With(claims, map[string]any{"exp": dawn.AddDate(1, 0, 0).Unix(), minttest.SessionClaim: session})
}

// verifies asserts that a token is good, here and now, and that nobody was asked about it.
func (w *world) verifies(text string) {
	w.t.Helper()
	before := w.api.Requests(w.remote)
	o, err := w.local(w.t.Context(), w.client, &call{SessionJWT: text})
	require.NoError(w.t, err)
	require.Equal(w.t, minttest.Session, o.id)
	o, err = w.ask(w.t.Context(), w.client, &call{SessionJWT: text})
	require.NoError(w.t, err)
	require.Equal(w.t, minttest.Session, o.id)
	require.Equal(w.t, text, o.jwt, "the JWT to go on with is the one that was sent")
	require.False(w.t, o.remote)
	require.Equal(w.t, before, w.api.Requests(w.remote))
}

// both calls both methods, each with the name of its operation.
func (w *world) both(ctx context.Context, req *call, then func(op string, o *outcome, err error)) {
	o, err := w.local(ctx, w.client, req)
	then(w.name+".sessions.authenticate_jwt_local", o, err)
	o, err = w.ask(ctx, w.client, req)
	then(w.name+".sessions.authenticate_jwt", o, err)
}

// refuses asserts that both methods refuse a token for good: with this verdict, without a request, and without telling
// what stands in it.
func (w *world) refuses(req *call, verdict *stytcherror.TokenError) {
	w.t.Helper()
	before := w.api.Requests("")
	w.both(w.t.Context(), req, func(op string, o *outcome, err error) {
		w.t.Helper()
		refusal(w.t, err, op, verdict)
		assert.Nil(w.t, o)
		tellsNothing(w.t, err, req.SessionJWT)
	})
	assert.Equal(w.t, before, w.api.Requests(""), "nobody is asked")
}

// refusal asserts that err is this verdict of this operation.
func refusal(t *testing.T, err error, op string, verdict *stytcherror.TokenError) {
	t.Helper()
	require.ErrorIs(t, err, verdict)
	refused, ok := errors.AsType[*stytcherror.TokenError](err)
	require.True(t, ok, "%T", err)
	assert.Same(t, error(refused), err, "nothing around it")
	assert.NotSame(t, verdict, refused, "not the sentinel itself")
	assert.Equal(t, op, refused.Op)
}

// tellsNothing asserts that an error shows no piece of a token, encoded or not.
func tellsNothing(t *testing.T, err error, token string) {
	t.Helper()
	const longest = 8
	token = token[:min(len(token), 32<<10)]
	texts := []string{token}
	for part := range strings.SplitSeq(token, ".") {
		if raw, err := base64.RawURLEncoding.DecodeString(part); err == nil {
			texts = append(texts, string(raw))
		}
	}
	_, shows, found := strings.Cut(err.Error(), "token refused: ") // what comes before it is the operation
	require.True(t, found)
	for i := range len(shows) - longest {
		piece := shows[i : i+longest+1]
		for _, text := range texts {
			if strings.Contains(text, piece) && !strings.Contains("organization test.stytch.com", piece) {
				t.Errorf("the error shows %q of the token: %s", piece, shows)
				return
			}
		}
	}
}

// argument asserts that err says which argument is wrong.
func argument(t *testing.T, err error, op, field string) {
	t.Helper()
	refused, ok := errors.AsType[*stytcherror.ArgumentError](err)
	require.True(t, ok, "%T: %v", err, err)
	assert.Equal(t, op, refused.Op)
	assert.Equal(t, field, refused.Field)
}

// noAnswer asserts that err says that the caller did not wait.
func noAnswer(t *testing.T, err error, op string, cause error) {
	t.Helper()
	failed, ok := errors.AsType[*stytcherror.RequestError](err)
	require.True(t, ok, "%T: %v", err, err)
	assert.Equal(t, op, failed.Op)
	require.ErrorIs(t, err, cause)
}

func TestAuthenticateJWT_takesGoodTokens(t *testing.T) {
	t.Parallel()
	promise(t, "a session's JWT is good from its first second to its last, at the cost of one fetch of keys", func(w *world) {
		text := w.session(nil)
		w.verifies(text)
		w.advance(4*time.Minute + 59*time.Second)
		w.verifies(text)
		assert.Equal(w.t, 1, w.api.Requests(w.keys))
		assert.Equal(w.t, 1, w.api.Requests(""))
	})
	promise(t, "it tells whose session it is", func(w *world) {
		w.both(w.t.Context(), &call{SessionJWT: w.session(nil)}, func(_ string, o *outcome, err error) {
			require.NoError(w.t, err)
			assert.Equal(w.t, w.claims(dawn)["sub"], o.subject)
			assert.Equal(w.t, dawn.Add(time.Hour), o.ends, "the session's end, not the JWT's")
			assert.Equal(w.t, map[string]any{"plan": "pro", "limits": map[string]any{"seats": 10.0}}, o.claims)
			assert.Contains(w.t, o.roles, "editor")
		})
	})
	promise(t, "keys come from the base URL, behind its path", func(w *world) {
		w.verifies(w.session(map[string]any{"iss": "https://auth.example.com/stytch"}))
		w.verifies(w.session(nil))
		w.verifies(w.session(map[string]any{"iss": "https://login.example.com"}))
		assert.Equal(w.t, 1, w.api.Requests("/stytch"+w.keys))
	}, func(c *stytch.Config) {
		c.BaseURL = "https://auth.example.com/stytch/"
		c.Verification.Issuers = []string{"https://login.example.com"}
	})
}
