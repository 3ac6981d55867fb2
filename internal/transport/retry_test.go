package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// envelope is a response without fields of its own.
type envelope struct {
	RequestID  string `json:"request_id"`
	StatusCode int    `json:"status_code"`
}

// kinds are the kinds of operations that differ in what is retried.
var kinds = []struct {
	name     string
	op       transport.Op
	attempts func(attempts) int
}{
	{"a read by GET", transport.Op{Method: "GET", Class: transport.Read}, func(a attempts) int { return a.read }},
	{"a read by POST", transport.Op{Method: "POST", Class: transport.Read}, func(a attempts) int { return a.read }},
	{"a write by POST", transport.Op{Method: "POST", Class: transport.Write}, func(a attempts) int { return a.write }},
	{"a write by PUT", transport.Op{Method: "PUT", Class: transport.Write}, func(a attempts) int { return a.write }},
	{"a write by DELETE", transport.Op{Method: "DELETE", Class: transport.Write}, func(a attempts) int { return a.write }},
	{
		"a repeatable write by PUT", transport.Op{Method: "PUT", Class: transport.Write, Repeatable: true},
		func(a attempts) int { return a.again },
	},
	{
		"a repeatable write by POST", transport.Op{Method: "POST", Class: transport.Write, Repeatable: true},
		func(a attempts) int { return a.again },
	},
	{"a message", transport.Op{Method: "POST", Class: transport.Send}, func(a attempts) int { return a.send }},
	{
		"a message, with the mark of a write", transport.Op{Method: "PUT", Class: transport.Send, Repeatable: true},
		func(a attempts) int { return a.send },
	},
	{"a single use", transport.Op{Method: "POST", Class: transport.SingleUse}, func(a attempts) int { return a.once }},
	{
		"a single use, with the mark of a write", transport.Op{Method: "PUT", Class: transport.SingleUse, Repeatable: true},
		func(a attempts) int { return a.once },
	},
}

// attempts are the numbers of attempts of a read, a write, a repeatable write, a send and a single use.
type attempts struct{ read, write, again, send, once int }

// callKind makes a call of a kind through rt.
func callKind(ctx context.Context, op transport.Op, rt http.RoundTripper) (*envelope, error) {
	cfg := &shared.FetchConfig{
		BaseURL: &url.URL{Scheme: "http", Host: "auth.example"}, HTTPClient: &http.Client{Transport: rt},
	}
	op.Name, op.Path = "test.op", "/v1/test"
	return transport.Call[envelope](ctx, cfg, &op, &struct{}{})
}

func TestRetry_byStatus(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name             string
		status           int
		code, retryAfter string
		want             attempts
	}{
		{"a 400", 400, "", "", attempts{1, 1, 1, 1, 1}},
		{"a 400 with Retry-After", 400, "", "1", attempts{1, 1, 1, 1, 1}},
		{"a 401", 401, "", "1", attempts{1, 1, 1, 1, 1}},
		{"a 403", 403, "", "1", attempts{1, 1, 1, 1, 1}},
		{"a 404", 404, "", "1", attempts{1, 1, 1, 1, 1}},
		{"a 408", 408, "", "", attempts{3, 1, 1, 1, 1}},
		{"a 408 with Retry-After", 408, "", "1", attempts{3, 1, 1, 1, 1}},
		{"a 409", 409, "", "1", attempts{1, 1, 1, 1, 1}},
		{"a 425", 425, "", "1", attempts{1, 1, 1, 1, 1}},
		{"a 429 of a gateway", 429, "", "", attempts{3, 3, 3, 1, 1}},
		{"a 429 of a gateway with Retry-After", 429, "", "1", attempts{3, 3, 3, 3, 1}},
		{"a rate limit", 429, "too_many_requests", "", attempts{3, 3, 3, 1, 1}},
		{"a rate limit with Retry-After", 429, "too_many_requests", "1", attempts{3, 3, 3, 3, 1}},
		{"a failed captcha", 429, "captcha_failed", "1", attempts{1, 1, 1, 1, 1}},
		{"a locked user", 429, "user_lock_limit_reached", "1", attempts{1, 1, 1, 1, 1}},
		{"a 429 with an unknown code", 429, "new_limit", "1", attempts{1, 1, 1, 1, 1}},
		{"a 500", 500, "", "", attempts{1, 1, 1, 1, 1}},
		{"a 500 with Retry-After", 500, "", "1", attempts{1, 1, 1, 1, 1}},
		{"a 501", 501, "", "1", attempts{1, 1, 1, 1, 1}},
		{"a 502", 502, "", "", attempts{3, 1, 3, 1, 1}},
		{"a 502 with Retry-After", 502, "", "1", attempts{3, 1, 3, 1, 1}},
		{"a 503", 503, "", "", attempts{3, 1, 3, 1, 1}},
		{"a 503 with Retry-After", 503, "", "1", attempts{3, 1, 3, 3, 1}},
		{"a 504", 504, "", "", attempts{3, 1, 3, 1, 1}},
		{"a 504 with Retry-After", 504, "", "1", attempts{3, 1, 3, 1, 1}},
		{"a 505", 505, "", "1", attempts{1, 1, 1, 1, 1}},
		{"a 529", 529, "", "1", attempts{1, 1, 1, 1, 1}},
	} {
		for _, kind := range kinds {
			t.Run(kind.name+" after "+tt.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					sent := 0
					resp, err := callKind(t.Context(), kind.op, roundTrip(func(r *http.Request) (*http.Response, error) {
						sent++
						answer := respond(r, tt.status, `{"error_type": "`+tt.code+`"}`)
						if tt.retryAfter != "" {
							answer.Header.Set("Retry-After", tt.retryAfter)
						}
						return answer, nil
					}))
					e := requireError[apiError](t, resp, err)
					assert.Equal(t, kind.attempts(tt.want), sent)
					assert.Equal(t, sent-1, e.Retries)
				})
			})
		}
	}
}

func TestRetry_byFailure(t *testing.T) {
	t.Parallel()
	opError := func(op string, err error) error { return &net.OpError{Op: op, Net: "tcp", Err: err} }
	for _, tt := range []struct {
		name string
		err  error
		want attempts
	}{
		{"a refused connection", opError("dial", syscall.ECONNREFUSED), attempts{3, 3, 3, 3, 3}},
		{"a proxy that refuses", opError("proxyconnect", opError("dial", syscall.ECONNREFUSED)), attempts{3, 3, 3, 3, 3}},
		{"a resolver that fails", opError("dial", &net.DNSError{Err: "SERVFAIL", IsTemporary: true}), attempts{3, 3, 3, 3, 3}},
		{"a name that does not exist", opError("dial", &net.DNSError{Err: "no", IsNotFound: true}), attempts{1, 1, 1, 1, 1}},
		{"a reset", opError("read", syscall.ECONNRESET), attempts{3, 1, 1, 1, 1}},
		{"a reset while writing", opError("write", syscall.EPIPE), attempts{3, 1, 1, 1, 1}},
		{"a closed connection", io.EOF, attempts{3, 1, 1, 1, 1}},
		{"an unknown error", errors.New("odd"), attempts{3, 1, 1, 1, 1}},
		{
			"a certificate that does not verify",
			&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
			attempts{1, 1, 1, 1, 1},
		},
		{"a TLS alert", opError("remote error", errors.New("tls: internal error")), attempts{1, 1, 1, 1, 1}},
		{"bytes that are not TLS", tls.RecordHeaderError{Msg: "no"}, attempts{1, 1, 1, 1, 1}},
		{"a server that speaks no TLS", http.ErrSchemeMismatch, attempts{1, 1, 1, 1, 1}},
	} {
		for _, kind := range kinds {
			t.Run(kind.name+" after "+tt.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					sent := 0
					resp, err := callKind(t.Context(), kind.op, roundTrip(func(*http.Request) (*http.Response, error) {
						sent++
						return nil, tt.err
					}))
					e := requireError[requestError](t, resp, err)
					require.ErrorIs(t, err, tt.err)
					assert.Equal(t, kind.attempts(tt.want), sent)
					assert.Equal(t, sent-1, e.Retries)
				})
			})
		}
	}
}

func TestRetry_succeeds(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		for _, tt := range []struct {
			status int
			want   attempts
		}{
			{429, attempts{2, 2, 2, 2, 1}},
			{503, attempts{2, 1, 2, 2, 1}},
		} {
			t.Run(kind.name+" that gets "+http.StatusText(tt.status)+" once succeeds if its class allows a retry", func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var bodies []string
					resp, err := callKind(t.Context(), kind.op, roundTrip(func(r *http.Request) (*http.Response, error) {
						bodies = append(bodies, bodyOf(t, r))
						if len(bodies) == 1 {
							return respond(r, tt.status, "{}", "Retry-After: 1"), nil
						}
						return respond(r, http.StatusOK, jsonOK), nil
					}))
					require.Len(t, bodies, kind.attempts(tt.want))
					if len(bodies) == 1 {
						requireError[apiError](t, resp, err)
						return
					}
					require.NoError(t, err)
					assert.Equal(t, "request-id-1", resp.RequestID)
					assert.Equal(t, bodies[0], bodies[1], "the same body is sent again")
				})
			})
		}
	}
	t.Run("a response that does not decode is not retried, whatever the class", func(t *testing.T) {
		t.Parallel()
		for _, kind := range kinds {
			sent := 0
			resp, err := callKind(t.Context(), kind.op, roundTrip(func(r *http.Request) (*http.Response, error) {
				sent++
				return respond(r, http.StatusOK, "<html>"), nil
			}))
			requireError[decodeError](t, resp, err)
			assert.Equal(t, 1, sent)
		}
	})
}

func bodyOf(t *testing.T, r *http.Request) string {
	t.Helper()
	if r.Body == nil {
		return ""
	}
	raw, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(raw)
}
