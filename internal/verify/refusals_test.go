package verify_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// refusal returns the body of an error of the API.
func refusal(status int, code stytcherror.Code) string {
	return fmt.Sprintf(`{"status_code":%d,"request_id":"r","error_type":%q,"error_message":"m"}`, status, code)
}

// answersWith makes the API refuse every call of Sessions.Authenticate.
func (f *fixture) answersWith(status int, code stytcherror.Code) {
	f.api.Handle(f.authenticatePath, minttest.Status(status, refusal(status, code)))
}

// asks returns whether AuthenticateJWT sends a request for req.
func (f *fixture) asks(req *request) bool {
	return f.calls(func() { _, _ = f.authenticate(f.t.Context(), req) }) > 0
}

func TestAuthenticateJWT_remembersRefusals(t *testing.T) {
	t.Parallel()
	for code, status := range map[stytcherror.Code]int{
		stytcherror.CodeSessionNotFound: 404, stytcherror.CodeInvalidSessionToken: 400,
		stytcherror.CodeUnableToParseSessionJWT: 400, "jwt_invalid_audience": 400, "jwt_invalid_issuer": 400,
		"jwt_invalid_claims": 401, "jwt_invalid_in_a_new_way": 400,
	} {
		forEachProduct(t, "for half a minute: "+string(code), func(f *fixture) {
			f.answersWith(status, code)
			for _, req := range []*request{{SessionJWT: f.expiredJWT()}, {SessionToken: new("token-1")}} {
				assert.True(f.t, f.asks(req))
				f.api.Serve(f.authenticatePath, f.authenticated)
				for range 5 {
					s, err := f.authenticate(f.t.Context(), req)
					assert.Nil(f.t, s)
					refused := outermost[*stytcherror.Error](f.t, err)
					assert.Equal(f.t, stytcherror.Error{
						Op: f.name + ".sessions.authenticate", StatusCode: status, RequestID: "r", Code: code, Message: "m",
						Body: []byte(refusal(status, code)),
					}, *refused)
					refused.Code, refused.Body[0] = "changed", 'x'
				}
				f.advance(30*time.Second - 1)
				assert.False(f.t, f.asks(req))
				f.advance(1)
				assert.True(f.t, f.asks(req))
				assert.True(f.t, f.asks(req), "it was accepted")
				f.answersWith(status, code)
			}
		})
	}
	for code, status := range map[stytcherror.Code]int{
		stytcherror.CodeSessionAuthorizationError: 403, "session_not_found": 403, "too_many_requests": 429,
		"jwt_invalid_claims": 429, "": 404, "route_not_found": 404, "invalid_session_duration_minutes": 400,
		"custom_claims_too_large": 400, "unauthorized_credentials": 401, "jwt_template_not_found": 404,
		stytcherror.CodeUnableToParseSessionJWT: 500,
	} {
		forEachProduct(t, fmt.Sprintf("but not %d %s", status, code), func(f *fixture) {
			f.answersWith(status, code)
			for _, req := range []*request{{SessionJWT: f.expiredJWT()}, {SessionToken: new("token-1")}} {
				assert.True(f.t, f.asks(req))
				assert.True(f.t, f.asks(req))
			}
		}, noRetry)
	}
	forEachProduct(t, "whatever else is asked, but of no other token", func(f *fixture) {
		f.answersWith(http.StatusNotFound, stytcherror.CodeSessionNotFound)
		text := f.expiredJWT()
		require.True(f.t, f.asks(&request{SessionJWT: text}))
		assert.False(f.t, f.asks(&request{SessionJWT: text, SessionDurationMinutes: new(60)}))
		assert.False(f.t, f.asks(&request{SessionJWT: text, SessionCustomClaims: map[string]any{"a": 1}}))
		assert.False(f.t, f.asks(&request{SessionJWT: text, AuthorizationCheck: on("documents", "edit")}))
		assert.True(f.t, f.asks(&request{SessionJWT: text, SessionToken: new("token-1")}), "the token was not refused")
		assert.False(f.t, f.asks(&request{SessionJWT: text, SessionToken: new("token-1")}))
		assert.False(f.t, f.asks(&request{SessionToken: new("token-1")}))
		assert.True(f.t, f.asks(&request{SessionToken: &text}), "a JWT as a session token is another token")
		assert.True(f.t, f.asks(&request{SessionJWT: f.key.Sign(f.claims(start.Add(-2 * time.Hour)))}))
	})
	forEachProduct(t, "with shared.WithRawResponse too, unless it is forgotten meanwhile", func(f *fixture) {
		f.answersWith(http.StatusNotFound, stytcherror.CodeSessionNotFound)
		req := &request{SessionToken: new("token-1")}
		ask := func() error {
			_, err := f.authenticate(f.t.Context(), req, shared.WithRawResponse(new(shared.RawResponse)))
			return err
		}
		assert.Equal(f.t, 1, f.calls(func() {
			for range 50 {
				require.ErrorIs(f.t, ask(), stytcherror.CodeSessionNotFound)
			}
		}))
		f.forget(minttest.Session)
		f.answersSlowly(http.StatusNotFound, refusal(404, stytcherror.CodeSessionNotFound))
		time.AfterFunc(time.Second/2, func() { f.forget(minttest.Session) })
		require.ErrorIs(f.t, ask(), stytcherror.CodeSessionNotFound)
		assert.Equal(f.t, 1, f.calls(func() { require.Error(f.t, ask()) }), "it was forgotten during the call")
	})
	forEachProduct(t, "and a JWT is verified locally all the same", func(f *fixture) {
		f.answersWith(http.StatusNotFound, stytcherror.CodeSessionNotFound)
		req := &request{SessionJWT: f.sessionJWT(nil), MaxTokenAge: new(time.Minute)}
		f.advance(time.Minute + 1)
		require.True(f.t, f.asks(req))
		require.False(f.t, f.asks(req))
		f.accepts(req.SessionJWT)
	})
	forEachProduct(t, "unless MaxTokenAge is zero: the API is asked each time", func(f *fixture) {
		f.answersWith(http.StatusNotFound, stytcherror.CodeSessionNotFound)
		always := &request{SessionToken: new("token-1"), MaxTokenAge: new(time.Duration(0))}
		for range 3 {
			assert.True(f.t, f.asks(always))
		}
		assert.True(f.t, f.asks(&request{SessionToken: new("token-1")}), "it shares nothing")
		assert.True(f.t, f.asks(always))
	})
	forB2B(t, "ten thousand replays of ten dead JWTs cost twenty calls in thirty seconds", func(f *fixture) {
		f.answersSlowly(http.StatusNotFound, refusal(404, stytcherror.CodeSessionNotFound))
		calls := f.calls(func() {
			var wait sync.WaitGroup
			for i := range 100 { // ten clients for each of ten JWTs, each with a hundred requests in 29 seconds
				text := f.key.Sign(f.claims(start.Add(-time.Hour - time.Duration(i%10)*time.Minute)))
				wait.Go(func() {
					for range 100 {
						_, err := f.authenticate(f.t.Context(), &request{SessionJWT: text, SessionDurationMinutes: new(5)})
						assert.ErrorIs(f.t, err, stytcherror.CodeSessionNotFound)
						time.Sleep(290 * time.Millisecond)
					}
				})
			}
			wait.Wait()
		})
		assert.LessOrEqual(f.t, calls, 20)
	}, func(c *stytch.Config) { c.Now = func() time.Time { return start.Add(time.Since(bubbleStart)) } })
}

// bubbleStart is the time at which bubbles of package synctest start.
var bubbleStart = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func TestForget_dropsRefusals(t *testing.T) {
	t.Parallel()
	type drop struct {
		name string
		do   func(f *fixture, text string)
		// The refusals that are dropped: of a JWT, of its session's token, of another session's JWT, and of a token alone.
		jwt, token, other, alone bool
	}
	revoke := func(req func(text string) *revokeRequest) func(*fixture, string) {
		return func(f *fixture, text string) { _ = f.revoke(f.t.Context(), req(text)) }
	}
	for _, tt := range []drop{
		{"Forget", func(f *fixture, _ string) { f.forget(minttest.Session) }, true, true, false, true},
		{"Forget of another session", func(f *fixture, _ string) { f.forget("session-3") }, false, false, false, true},
		{"ForgetAll", func(f *fixture, _ string) { f.forgetAll() }, true, true, true, true},
		{"Revoke by the session's id", revoke(func(string) *revokeRequest {
			return &revokeRequest{MemberSessionID: new(minttest.Session)}
		}), true, true, false, true},
		{"Revoke by the JWT", revoke(func(text string) *revokeRequest { return &revokeRequest{SessionJWT: &text} }), true, false, false, false},
		{"Revoke by the session token", revoke(func(string) *revokeRequest {
			return &revokeRequest{SessionToken: new("token-1")}
		}), false, true, false, false},
		{"Revoke of another session token", revoke(func(string) *revokeRequest {
			return &revokeRequest{SessionToken: new("token-2")}
		}), false, false, false, false},
	} {
		forEachProduct(t, tt.name, func(f *fixture) {
			f.answersWith(http.StatusNotFound, stytcherror.CodeSessionNotFound)
			f.api.Serve("/sessions/revoke", `{"request_id":"r","status_code":200}`)
			text := f.expiredJWT()
			requests := []*request{
				{SessionJWT: text}, {SessionJWT: text, SessionToken: new("token-1")},
				{SessionJWT: f.key.Sign(minttest.With(f.claims(start.Add(-time.Hour)), map[string]any{
					minttest.SessionClaim: map[string]any{"id": "session-2"}, "sub": f.subject + "2",
				}))},
				{SessionToken: new("token-7")},
			}
			for _, req := range requests {
				require.True(f.t, f.asks(req))
				require.False(f.t, f.asks(req))
			}
			tt.do(f, text)
			for i, want := range []bool{tt.jwt, tt.token, tt.other, tt.alone} {
				assert.Equal(f.t, want, f.asks(requests[i]), "%d", i)
			}
		}, cacheTokens)
	}
	forB2B(t, "Revoke by the member's id", func(f *fixture) {
		f.answersWith(http.StatusNotFound, stytcherror.CodeSessionNotFound)
		for _, req := range []*request{{SessionJWT: f.expiredJWT()}, {SessionToken: new("token-1")}} {
			for _, id := range []string{minttest.Member, "external-id"} {
				require.True(f.t, f.asks(req))
				require.False(f.t, f.asks(req))
				_, _ = f.client.B2B.Sessions.Revoke(f.t.Context(), &b2bsessions.RevokeRequest{MemberID: &id})
			}
			assert.True(f.t, f.asks(req))
		}
	})
}

func TestForget_callsThatRun(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(*fixture){
		"Forget":                     func(f *fixture) { f.forget(minttest.Session) },
		"ForgetAll":                  func(f *fixture) { f.forgetAll() },
		"Revoke by another JWT":      func(f *fixture) { _ = f.revoke(f.t.Context(), &revokeRequest{SessionJWT: new(f.sessionJWT(nil))}) },
		"Revoke by a session token":  func(f *fixture) { _ = f.revoke(f.t.Context(), &revokeRequest{SessionToken: new("token-7")}) },
		"Revoke by the session's id": func(f *fixture) { _ = f.revoke(f.t.Context(), &revokeRequest{MemberSessionID: new(minttest.Session)}) },
	} {
		forEachProduct(t, "a caller does not join a call that began before "+name, func(f *fixture) {
			for _, req := range []*request{{SessionJWT: f.expiredJWT()}, {SessionToken: new("token-1")}} {
				f.answersSlowly(http.StatusOK, f.authenticated)
				var wait sync.WaitGroup
				calls := f.calls(func() {
					wait.Go(func() {
						_, err := f.authenticate(f.t.Context(), req)
						assert.NoError(f.t, err, "who asked before has the answer of before")
					})
					synctest.Wait()
					forget(f)
					f.answersWith(http.StatusNotFound, stytcherror.CodeSessionNotFound)
					_, err := f.authenticate(f.t.Context(), req)
					require.ErrorIs(f.t, err, stytcherror.CodeSessionNotFound)
					wait.Wait()
				})
				assert.Equal(f.t, 2, calls)
				f.forgetAll()
			}
		}, noRetry)
	}
	forEachProduct(t, "a refusal that arrives after Forget is not remembered", func(f *fixture) {
		f.answersSlowly(http.StatusNotFound, refusal(404, stytcherror.CodeSessionNotFound))
		for _, req := range []*request{{SessionJWT: f.expiredJWT()}, {SessionToken: new("token-1")}} {
			var wait sync.WaitGroup
			wait.Go(func() { _, _ = f.authenticate(f.t.Context(), req) })
			synctest.Wait()
			f.forget(minttest.Session)
			wait.Wait()
			assert.True(f.t, f.asks(req))
			assert.False(f.t, f.asks(req))
		}
	})
	forEachProduct(t, "calls about other sessions go on to be shared", func(f *fixture) {
		f.answersSlowly(http.StatusOK, f.authenticated)
		req := &request{SessionJWT: f.expiredJWT()}
		var wait sync.WaitGroup
		calls := f.calls(func() {
			for range 2 {
				wait.Go(func() { _, _ = f.authenticate(f.t.Context(), req) })
				synctest.Wait()
				f.forget("session-2")
			}
			wait.Wait()
		})
		assert.Equal(f.t, 1, calls)
	})
}

func TestAuthenticateJWT_refusalsUnderLoad(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "askers and forgetters do not wait for each other", func(f *fixture) {
		f.api.Handle(f.authenticatePath, func(*http.Request) (int, []byte, error) {
			return http.StatusNotFound, []byte(refusal(404, stytcherror.CodeSessionNotFound)), nil
		})
		f.api.Serve("/sessions/revoke", `{"request_id":"r","status_code":200}`)
		text := f.expiredJWT()
		var wait sync.WaitGroup
		for i := range 500 {
			wait.Go(func() {
				switch i % 5 {
				case 0:
					f.forget(minttest.Session)
				case 1:
					_ = f.revoke(f.t.Context(), &revokeRequest{SessionToken: new(fmt.Sprint("token-", i%7))})
				case 2:
					_, err := f.authenticate(f.t.Context(), &request{SessionJWT: text})
					assert.ErrorIs(f.t, err, stytcherror.CodeSessionNotFound)
				default:
					_, err := f.authenticate(f.t.Context(), &request{SessionToken: new(fmt.Sprint("token-", i%7))},
						shared.WithHeader("X-A", fmt.Sprint(i%3)))
					assert.ErrorIs(f.t, err, stytcherror.CodeSessionNotFound)
				}
			})
		}
		wait.Wait()
	}, func(c *stytch.Config) { c.Verification.TokenCacheSize = 8 })
}
