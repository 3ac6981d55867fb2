package httpauth_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// failures are answers that say nothing about the session.
// unavailable is an error of the API.
var unavailable = &stytcherror.Error{Code: "service_unavailable", StatusCode: 503}

var failures = map[string]emulator.Fault{
	"our own secret is refused":            {Status: 401, ErrorType: string(stytcherror.CodeUnauthorizedCredentials)},
	"the project is not known":             {Status: 404, ErrorType: "project_not_found"},
	"too many requests":                    {Status: 429, ErrorType: string(stytcherror.CodeTooManyRequests), RetryAfter: 30},
	"an error of the API":                  {Status: 500, ErrorType: "internal_server_error"},
	"the code of a dead session, as a 500": {Status: 500, ErrorType: string(stytcherror.CodeSessionNotFound)},
	"HTML of a gateway":                    {Status: 502, Body: "<h1>Bad gateway</h1>"},
	"HTML with 200":                        {Status: 200, Body: "<h1>Welcome</h1>"},
	"HTML with 401":                        {Status: 401, Body: "<h1>Log in to this network</h1>"},
	"HTML with 404":                        {Status: 404, Body: "<h1>Not here</h1>"},
	"an empty answer":                      {Status: 200, ContentType: "application/json", Body: "{}"},
	"a connection that closes":             {Disconnect: true},
}

func TestGuard_noAnswerLogsNobodyOut(t *testing.T) {
	t.Parallel()
	for name, fault := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			p.expireJWTs()
			for _, jwt := range []value{nil, jwtOfA, forgedJWT} {
				p.restart()
				fault.Operation, fault.Count = authenticate, -1
				p.fault(fault)
				for _, guard := range []func(http.Handler) http.Handler{p.guard.Require(), p.guard.Optional()} {
					w := serve(guard(http.HandlerFunc(whoami)), navigation(http.MethodGet, "/", p.cookiesOf(jwt, tokenOfA)...))
					assert.Equal(t, http.StatusServiceUnavailable, w.Code)
					assert.Empty(t, w.Result().Cookies())
					assert.NotEmpty(t, w.Header().Get("Retry-After"))
					assert.Empty(t, w.Header().Get("Location"), "a browser is not sent to log in")
				}
				p.ClearFaults()
				got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookiesOf(jwt, tokenOfA)...))
				assert.Equal(t, answered{200, "A", 1, fresh, nil}, got, "no failure is remembered")
			}
		})
	}
}

func TestGuard_timeoutLogsNobodyOut(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(c *httpauth.Config) { c.RemoteTimeout = 20 * time.Millisecond })
	p.expireJWTs()
	p.fault(emulator.Fault{Operation: authenticate, Count: 1, DelayMS: 60_000})
	w := p.get(navigation(http.MethodGet, "/", p.cookiesOf(jwtOfA, tokenOfA)...))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Empty(t, w.Result().Cookies())
}

func TestGuard_callerWhoGoesIsNotLoggedOut(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.expireJWTs()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := p.get(navigation(http.MethodGet, "/", p.cookiesOf(jwtOfA, tokenOfA)...).WithContext(ctx))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Empty(t, w.Result().Cookies())
}

// canceled returns a context that the caller cancels.
func canceled(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithCancel(t.Context())
}
