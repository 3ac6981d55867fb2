package verify_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
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

// expiredJWT returns a genuine JWT of long ago.
func (f *fixture) expiredJWT() string { return f.key.Sign(f.claims(start.Add(-time.Hour))) }

// answersSlowly makes the API answer Sessions.Authenticate after a second, or when the request is cancelled.
func (f *fixture) answersSlowly(status int, body string) {
	f.api.Handle(f.authenticatePath, func(r *http.Request) (int, []byte, error) {
		select {
		case <-time.After(time.Second):
			return status, []byte(body), nil
		case <-r.Context().Done():
			return 0, nil, r.Context().Err()
		}
	})
}

// calls returns how many requests f sends to Sessions.Authenticate.
func (f *fixture) calls(do func()) int {
	before := f.api.Requests(f.authenticatePath)
	do()
	synctest.Wait()
	return f.api.Requests(f.authenticatePath) - before
}

// concurrently calls AuthenticateJWT with each request at the same time, and asserts that all are accepted.
func (f *fixture) concurrently(requests ...func() (*request, []shared.RequestOption)) int {
	f.t.Helper()
	return f.calls(func() {
		var wait sync.WaitGroup
		for _, make := range requests {
			wait.Go(func() {
				req, opts := make()
				s, err := f.authenticate(f.t.Context(), req, opts...)
				if assert.NoError(f.t, err) {
					assert.True(f.t, s.remote)
				}
			})
		}
		wait.Wait()
	})
}

func TestAuthenticateJWT_sharesCalls(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "fifty callers with equal requests and options make one call", func(f *fixture) {
		f.answersSlowly(http.StatusOK, f.authenticated)
		text := f.expiredJWT()
		for name, make := range map[string]func() (*request, []shared.RequestOption){
			"an expired JWT":  func() (*request, []shared.RequestOption) { return &request{SessionJWT: text}, nil },
			"a session token": func() (*request, []shared.RequestOption) { return &request{SessionToken: new("token-1")}, nil },
			"all fields and options": func() (*request, []shared.RequestOption) {
				return &request{
						SessionJWT: text, SessionToken: new("token-1"), SessionDurationMinutes: new(60),
						SessionCustomClaims: map[string]any{"a": 1, "b": []any{"c"}, "d": nil}, AuthorizationCheck: on("documents", "edit"),
					}, []shared.RequestOption{
						shared.WithHeader("X-A", "1"), shared.WithHeader("X-B", "2"), shared.WithTimeout(time.Minute),
						shared.WithRetry(shared.RetryPolicy{MaxAttempts: 2}),
					}
			},
		} {
			list := []func() (*request, []shared.RequestOption){}
			for range 50 {
				list = append(list, make)
			}
			assert.Equal(f.t, 1, f.concurrently(list...), name)
			assert.Equal(f.t, 1, f.concurrently(make), "%s: the answer is not remembered", name)
		}
	})
	forEachProduct(t, "callers with other requests or options make calls of their own", func(f *fixture) {
		f.answersSlowly(http.StatusOK, f.authenticated)
		text := f.expiredJWT()
		list := []func() (*request, []shared.RequestOption){}
		add := func(change func(*request), opts ...shared.RequestOption) {
			list = append(list, func() (*request, []shared.RequestOption) {
				req := &request{SessionJWT: text}
				change(req)
				return req, opts
			})
		}
		same := func(*request) {}
		add(same)
		add(func(r *request) { r.SessionJWT = f.key.Sign(f.claims(start.Add(-2 * time.Hour))) })
		add(func(r *request) { r.SessionToken = new("token-1") })
		add(func(r *request) { r.SessionToken = new("token-2") })
		add(func(r *request) { r.SessionDurationMinutes = new(60) })
		add(func(r *request) { r.SessionDurationMinutes = new(61) })
		add(func(r *request) { r.SessionCustomClaims = map[string]any{"a": 1} })
		add(func(r *request) { r.SessionCustomClaims = map[string]any{"a": "1"} })
		add(func(r *request) { r.SessionCustomClaims = map[string]any{"a": nil} })
		add(func(r *request) { r.AuthorizationCheck = on("documents", "edit") })
		add(func(r *request) { r.AuthorizationCheck = on("documents", "read") })
		add(same, shared.WithHeader("X-A", "1"))
		add(same, shared.WithHeader("X-A", "2"))
		add(same, shared.WithHeader("X-A", "1"), shared.WithHeader("X-B", "1"))
		add(same, shared.WithTimeout(time.Minute))
		add(same, shared.WithRetry(shared.RetryPolicy{MaxAttempts: 1}))
		for range 2 {
			add(same, shared.WithRawResponse(new(shared.RawResponse)))
			add(func(r *request) { r.MaxTokenAge = new(time.Duration(0)) })
		}
		assert.Equal(f.t, len(list), f.concurrently(list...))
	})
	forEachProduct(t, "with MaxTokenAge zero, callers share nothing", func(f *fixture) {
		f.answersSlowly(http.StatusOK, f.authenticated)
		list := []func() (*request, []shared.RequestOption){}
		for range 20 {
			list = append(list, func() (*request, []shared.RequestOption) {
				return &request{SessionToken: new("token-1"), MaxTokenAge: new(time.Duration(0))}, nil
			})
		}
		assert.Equal(f.t, 20, f.concurrently(list...))
	})
	forEachProduct(t, "an option or a request that is refused is refused for each caller", func(f *fixture) {
		for _, opts := range [][]shared.RequestOption{
			{nil}, {shared.WithAuthorization(shared.Authorization{SessionToken: "a"})}, {shared.WithHeader("Host", "a")},
		} {
			_, err := f.authenticate(f.t.Context(), &request{SessionToken: new("token-1")}, opts...)
			assert.IsType(f.t, new(stytcherror.ArgumentError), err)
		}
		loop := map[string]any{}
		loop["loop"] = loop
		_, err := f.authenticate(f.t.Context(), &request{SessionToken: new("token-1"), SessionCustomClaims: loop})
		assert.IsType(f.t, new(stytcherror.ArgumentError), err)
		_, err = f.authenticate(f.t.Context(), &request{SessionToken: new("token-\xff")})
		assert.IsType(f.t, new(stytcherror.ArgumentError), err)
		assert.Zero(f.t, f.api.Requests(""))
	})
}

func TestAuthenticateJWT_sharedCallsEnd(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "a call goes on for the others when its first caller leaves", func(f *fixture) {
		f.answersSlowly(http.StatusOK, f.authenticated)
		req := &request{SessionToken: new("token-1")}
		ctx, cancel := context.WithCancelCause(f.t.Context())
		errLeft := errors.New("left")
		var wait sync.WaitGroup
		wait.Go(func() {
			_, err := f.authenticate(ctx, req)
			isContextError(f.t, err, f.name+".sessions.authenticate", context.Canceled)
			assert.ErrorIs(f.t, err, errLeft)
		})
		synctest.Wait()
		for range 3 {
			wait.Go(func() {
				_, err := f.authenticate(f.t.Context(), req)
				assert.NoError(f.t, err)
			})
		}
		synctest.Wait()
		cancel(errLeft)
		wait.Wait()
		assert.Equal(f.t, 1, f.api.Requests(f.authenticatePath))
	})
	forEachProduct(t, "a call is cancelled when its last caller leaves, and the next caller makes another", func(f *fixture) {
		var cancelled atomic.Int64
		f.api.Handle(f.authenticatePath, func(r *http.Request) (int, []byte, error) {
			<-r.Context().Done()
			cancelled.Add(1)
			return 0, nil, r.Context().Err()
		})
		req := &request{SessionToken: new("token-1")}
		var wait sync.WaitGroup
		for i := range 5 {
			wait.Go(func() {
				ctx, cancel := context.WithTimeout(f.t.Context(), time.Duration(i+1)*time.Second)
				defer cancel()
				_, err := f.authenticate(ctx, req)
				assert.ErrorIs(f.t, err, context.DeadlineExceeded)
			})
		}
		time.Sleep(5*time.Second - 1)
		synctest.Wait()
		assert.Zero(f.t, cancelled.Load())
		wait.Wait()
		synctest.Wait()
		assert.Equal(f.t, int64(1), cancelled.Load())
		f.api.Serve(f.authenticatePath, f.authenticated)
		_, err := f.authenticate(f.t.Context(), req)
		require.NoError(f.t, err)
		assert.Equal(f.t, 2, f.api.Requests(f.authenticatePath))
	})
	forEachProduct(t, "a caller that leaves may change its request and options", func(f *fixture) {
		f.answersSlowly(http.StatusOK, f.authenticated)
		for range 20 {
			ctx, cancel := context.WithCancel(f.t.Context())
			nested := map[string]any{"b": 1}
			req := &request{SessionToken: new("token-1"), SessionCustomClaims: map[string]any{"a": nested}}
			opts := []shared.RequestOption{shared.WithHeader("X-A", "1"), shared.WithTimeout(time.Minute)}
			go func() {
				_, err := f.authenticate(ctx, req, opts...)
				assert.Error(f.t, err)
				nested["b"], *req.SessionToken, opts[0] = 2, "token-2", shared.WithHeader("X-A", "2")
			}()
			go cancel()
			synctest.Wait()
		}
	})
	forEachProduct(t, "middleware sees the values of the first caller's context", func(f *fixture) {
		type key struct{}
		var seen any
		f.api.Handle(f.authenticatePath, func(r *http.Request) (int, []byte, error) {
			seen = r.Context().Value(key{})
			return http.StatusOK, []byte(f.authenticated), nil
		})
		_, err := f.authenticate(context.WithValue(f.t.Context(), key{}, "trace"), &request{SessionToken: new("token-1")})
		require.NoError(f.t, err)
		assert.Equal(f.t, "trace", seen)
	})
	forEachProduct(t, "a panic of middleware reaches every caller that waits", func(f *fixture) {
		errMiddleware := errors.New("middleware")
		f.api.Handle(f.authenticatePath, func(*http.Request) (int, []byte, error) {
			time.Sleep(time.Second)
			panic(errMiddleware)
		})
		panicsWith := func(ctx context.Context, req *request) (reason any) {
			defer func() { reason = recover() }()
			_, _ = f.authenticate(ctx, req)
			return nil
		}
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				reason := panicsWith(f.t.Context(), &request{SessionToken: new("token-1")})
				err, _ := reason.(error)
				assert.ErrorIs(f.t, err, errMiddleware)
				assert.ErrorContains(f.t, err, "callgroup_test.go", "the stack is that of the middleware")
			})
		}
		wait.Go(func() {
			ctx, cancel := context.WithTimeout(f.t.Context(), time.Millisecond)
			defer cancel()
			assert.Nil(f.t, panicsWith(ctx, &request{SessionToken: new("token-1")}), "it has left")
		})
		wait.Wait()
		assert.Equal(f.t, 1, f.api.Requests(f.authenticatePath))
		alone := &request{SessionToken: new("token-1"), MaxTokenAge: new(time.Duration(0))}
		assert.Equal(f.t, errMiddleware, panicsWith(f.t.Context(), alone), "a call that is not shared")
	})
	forEachProduct(t, "callers of a shared call may change what they get", func(f *fixture) {
		f.answersSlowly(http.StatusOK, f.answerWith(nil, members{
			"custom_claims": members{"a": members{"b": []int{1}}},
			"authentication_factors": []members{{
				"type": "magic_link", "email_factor": members{"email_id": "e", "email_address": "ada@example.com"},
			}},
		}))
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() { f.changeRemoteAnswer() })
		}
		wait.Wait()
		assert.Equal(f.t, 1, f.api.Requests(f.authenticatePath))
		f.api.Handle(f.authenticatePath, minttest.Status(http.StatusTooManyRequests, `{"error_type":"too_many_requests"}`))
		for range 20 {
			wait.Go(func() {
				_, err := f.authenticate(f.t.Context(), &request{SessionToken: new("token-1")})
				refused := outermost[*stytcherror.Error](f.t, err)
				refused.Message, refused.Body[0] = "changed", 'x'
			})
		}
		wait.Wait()
	})
}

// changeRemoteAnswer calls AuthenticateJWT and changes all that it returns.
func (f *fixture) changeRemoteAnswer() {
	var factors []b2csessions.AuthenticationFactor
	var roles []string
	var claims shared.Object
	if f.isB2B() {
		req := &b2bsessions.AuthenticateJWTRequest{SessionToken: new("token-1")}
		resp, err := f.client.B2B.Sessions.AuthenticateJWT(f.t.Context(), req)
		require.NoError(f.t, err)
		s := &resp.Remote.MemberSession
		factors, roles, claims = s.AuthenticationFactors, s.Roles, s.CustomClaims
		resp.Remote.Verdict.GrantingRoles[0], resp.Remote.RequestID = "changed", "changed"
	} else {
		req := &b2csessions.AuthenticateJWTRequest{SessionToken: new("token-1")}
		resp, err := f.client.B2C.Sessions.AuthenticateJWT(f.t.Context(), req)
		require.NoError(f.t, err)
		s := &resp.Remote.Session
		factors, roles, claims = s.AuthenticationFactors, s.Roles, s.CustomClaims
		resp.Remote.Verdict.GrantingRoles[0], resp.Remote.RequestID = "changed", "changed"
	}
	assert.Equal(f.t, "ada@example.com", factors[0].EmailFactor.EmailAddress)
	assert.Equal(f.t, []string{"of the API"}, roles)
	assert.Equal(f.t, shared.Object{"a": members{"b": []any{1.0}}}, claims)
	factors[0].EmailFactor.EmailAddress, roles[0] = "changed", "changed"
	claims["a"].(members)["b"].([]any)[0] = 2
	claims["b"] = 3
}

func TestAuthenticateJWT_attempts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status   int
		body     string
		attempts int
	}{
		"a rate limit":                 {http.StatusTooManyRequests, `{"request_id":"r","status_code":429,"error_type":"too_many_requests"}`, 1},
		"a gateway's rate limit":       {http.StatusTooManyRequests, `<html>`, 1},
		"a gateway that is overloaded": {http.StatusServiceUnavailable, ``, 2},
		"a bad gateway":                {http.StatusBadGateway, ``, 2},
		"an API that is slow":          {http.StatusGatewayTimeout, ``, 2},
		"an internal error":            {http.StatusInternalServerError, `{"request_id":"r","status_code":500}`, 1},
		"a refusal":                    {http.StatusForbidden, `{"request_id":"r","status_code":403,"error_type":"unauthorized_action"}`, 1},
	} {
		forEachProduct(t, "the API is asked twice at most, and once after "+name, func(f *fixture) {
			f.api.Handle(f.authenticatePath, minttest.Status(tt.status, tt.body))
			for _, retry := range []shared.RetryPolicy{{}, {MaxAttempts: 5}, {MaxAttempts: 1}} {
				for _, age := range []*time.Duration{nil, new(time.Duration(0))} {
					sent := f.calls(func() {
						_, err := f.authenticate(f.t.Context(), &request{SessionToken: new("token-1"), MaxTokenAge: age}, shared.WithRetry(retry))
						require.Error(f.t, err)
					})
					want := tt.attempts
					if retry.MaxAttempts == 1 {
						want = 1
					}
					assert.Equal(f.t, want, sent)
				}
			}
		})
	}
	forEachProduct(t, "two hundred replays under a rate limit are two hundred requests", func(f *fixture) {
		f.api.Handle(f.authenticatePath, minttest.Status(http.StatusTooManyRequests, ""))
		text := f.expiredJWT()
		assert.Equal(f.t, 200, f.calls(func() {
			for range 200 {
				_, err := f.authenticate(f.t.Context(), &request{SessionJWT: text})
				require.Error(f.t, err)
			}
		}))
	})
	forEachProduct(t, "without keys, a session token is asked about, and never a JWT alone", func(f *fixture) {
		f.api.Handle(minttest.Keys, minttest.Status(http.StatusServiceUnavailable, ""))
		forged := minttest.NewKey("jwk-test-attacker").WithKID(f.key.KID).Sign(f.claims(start))
		for i := range 10_000 {
			req := &request{SessionJWT: forged}
			if i%3 == 0 {
				req.SessionToken = new("")
			}
			_, err := f.authenticate(f.t.Context(), req)
			require.ErrorIs(f.t, err, stytcherror.ErrKeysUnavailable)
			require.Equal(f.t, http.StatusServiceUnavailable, stytcherror.HTTPStatus(err))
		}
		assert.Zero(f.t, f.api.Requests(f.authenticatePath))
		assert.LessOrEqual(f.t, f.api.Requests(minttest.Keys), 2)
		_, err := f.authenticate(f.t.Context(), &request{SessionJWT: forged, SessionToken: new("token-1")})
		require.NoError(f.t, err)
		assert.Equal(f.t, 1, f.api.Requests(f.authenticatePath))
	}, func(c *stytch.Config) { c.Retry = shared.RetryPolicy{MaxAttempts: 5} })
	forEachProduct(t, "a session token that is given, but empty, leaves the JWT to local verification", func(f *fixture) {
		f.api.Handle(minttest.Policy, minttest.Status(http.StatusServiceUnavailable, ""))
		for want, req := range map[error]*request{
			stytcherror.ErrTokenExpired: {SessionJWT: f.expiredJWT()},
			stytcherror.ErrTokenTooOld:  {SessionJWT: f.sessionJWT(nil), MaxTokenAge: new(time.Duration(0))},
		} {
			req.SessionToken = new("")
			_, err := f.authenticate(f.t.Context(), req)
			require.ErrorIs(f.t, err, want)
		}
		_, err := f.authenticate(f.t.Context(), &request{
			SessionJWT: f.sessionJWT(nil), SessionToken: new(""), AuthorizationCheck: on("documents", "edit"),
		})
		assert.IsType(f.t, new(stytcherror.PolicyError), err)
		_, err = f.authenticate(f.t.Context(), &request{SessionToken: new("")})
		isArgumentError(f.t, err, f.name+".sessions.authenticate_jwt", "session_jwt")
		s, err := f.authenticate(f.t.Context(), &request{SessionJWT: f.sessionJWT(nil), SessionToken: new("")})
		require.NoError(f.t, err)
		assert.False(f.t, s.remote)
		assert.Zero(f.t, f.api.Requests(f.authenticatePath))
	})
}
