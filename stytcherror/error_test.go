package stytcherror_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const op = "b2b.sessions.authenticate"

func TestText(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for want, err := range map[string]error{
		"stytch: " + op + ": 404 session_not_found: No session. (request-id-1, 2 retries)": &stytcherror.Error{
			Op: op, StatusCode: 404, Code: stytcherror.CodeSessionNotFound, Message: "No session.", RequestID: "request-id-1",
			Retries: 2, URL: "https://example.com",
		},
		"stytch: " + op + ": 502 Bad Gateway":     &stytcherror.Error{Op: op, StatusCode: 502},
		"stytch: " + op + ": 502 Bad Gateway (r)": &stytcherror.Error{Op: op, StatusCode: 502, RequestID: "r"},
		"stytch: " + op + ": 599":                 &stytcherror.Error{Op: op, StatusCode: 599},
		"stytch: " + op + ": 599: Odd. (1 retry)": &stytcherror.Error{Op: op, StatusCode: 599, Message: "Odd.", Retries: 1},
		"stytch: 400 bad_request":                 &stytcherror.Error{StatusCode: 400, Code: stytcherror.CodeBadRequest},
		"session_not_found":                       stytcherror.CodeSessionNotFound,
		"stytch: " + op + ": no response from auth.example: dial tcp: connection refused (2 retries)": &stytcherror.RequestError{Op: op, Host: "auth.example", Retries: 2, Err: refused},
		"stytch: " + op + ": no response from auth.example: EOF (1 retry)":                            &stytcherror.RequestError{Op: op, Host: "auth.example", Retries: 1, Err: io.EOF},
		"stytch: " + op + ": no response":                                                             &stytcherror.RequestError{Op: op},
		"stytch: " + op + ": status 200, but the body does not decode at /member/roles/2: JSON string does not fit bool (r)": &stytcherror.DecodeError{
			Op: op, StatusCode: 200, RequestID: "r", Field: "/member/roles/2", Reason: "JSON string does not fit bool",
		},
		"stytch: " + op + ": status 204, but the body does not decode: it is empty": &stytcherror.DecodeError{
			Op: op, StatusCode: 204, Reason: "it is empty",
		},
		"stytch: " + op + ": organization_id is required": &stytcherror.ArgumentError{Op: op, Field: "organization_id", Reason: "is required"},
		"stytch: " + op + ": token refused: expired":      &stytcherror.TokenError{Op: op, Verdict: "expired"},
		"stytch: token refused: wrong kind: an access token": &stytcherror.TokenError{
			Verdict: stytcherror.ErrTokenKind, Reason: "an access token",
		},
		"stytch: " + op + ": not permitted: write on documents: no role has it": &stytcherror.PermissionError{
			Op: op, Action: "write", Resource: "documents", Reason: "no role has it",
		},
		"token refused: expired": stytcherror.ErrTokenExpired,
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, want, err.Error())
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
				if reflect.TypeOf(err).Kind() != reflect.String { // Code and Verdict
					assert.Equal(t, want, fmt.Sprintf(verb, err), verb)
				}
			}
			assert.Equal(t, `"`+want+`"`, fmt.Sprintf("%q", err))
		})
	}
}

func TestText_isOneShortLine(t *testing.T) {
	t.Parallel()
	hostile := "a\r\nb\x00c\x1b[31md\u0085e\u2028f\u2029g\u202eh\u2066i\xffj\ufffdk" + strings.Repeat("é", 1<<19)
	for name, err := range map[string]error{
		"an Error": &stytcherror.Error{
			Op: op, StatusCode: 400, Code: stytcherror.Code(hostile), Message: hostile, RequestID: hostile, URL: hostile,
			Details: []byte(hostile), Body: []byte(hostile),
		},
		"a RequestError": &stytcherror.RequestError{Op: op, Host: hostile, Retries: 2, Err: errors.New(hostile)},
		"a DecodeError": &stytcherror.DecodeError{
			Op: op, StatusCode: 200, RequestID: hostile, Field: hostile, Reason: hostile,
		},
		"an ArgumentError":  &stytcherror.ArgumentError{Op: op, Field: hostile, Reason: hostile},
		"a TokenError":      &stytcherror.TokenError{Op: op, Verdict: stytcherror.Verdict(hostile), Reason: hostile},
		"a PermissionError": &stytcherror.PermissionError{Op: op, Action: hostile, Resource: hostile, Reason: hostile},
	} {
		t.Run(name+" with hostile text prints as one short line", func(t *testing.T) {
			t.Parallel()
			shown := canarytest.Print(err)
			for _, way := range []string{"Error", "%v", "%+v", "%#v", "%s", "%d", "%x"} {
				text := shown[way]
				assert.Contains(t, text, "a  b c [31md e f g h i j k")
				assert.NotContains(t, text, "\ufffd")
				assert.Less(t, len(text), 1700)
				assert.Equal(t, -1, strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r >= 0x80 && r != 'é' }))
			}
			for _, way := range []string{"slog text", "slog JSON"} {
				assert.Equal(t, 1, strings.Count(shown[way], "\n"), way)
				assert.Less(t, len(shown[way]), 1900, way)
			}
		})
	}
}

func TestIs(t *testing.T) {
	t.Parallel()
	apiErr := fmt.Errorf("logging in: %w", &stytcherror.Error{Op: op, StatusCode: 404, Code: stytcherror.CodeSessionNotFound})
	t.Run("an Error matches its code, also when wrapped", func(t *testing.T) {
		t.Parallel()
		require.ErrorIs(t, apiErr, stytcherror.CodeSessionNotFound)
		require.ErrorIs(t, apiErr, stytcherror.Code("session_not_found"))
		require.NotErrorIs(t, apiErr, stytcherror.CodeMemberNotFound)
		e, ok := errors.AsType[*stytcherror.Error](apiErr)
		require.True(t, ok)
		assert.Equal(t, 404, e.StatusCode)
	})
	t.Run("an Error without a code matches no code, not even the empty one", func(t *testing.T) {
		t.Parallel()
		assert.NotErrorIs(t, &stytcherror.Error{StatusCode: 502}, stytcherror.Code(""))
	})
	t.Run("an Error about another organization matches ErrTenancyMismatch", func(t *testing.T) {
		t.Parallel()
		other := &stytcherror.Error{Op: op, StatusCode: 403, Code: stytcherror.CodeSessionAuthorizationTenancyError}
		require.ErrorIs(t, fmt.Errorf("asking: %w", other), stytcherror.ErrTenancyMismatch)
		require.ErrorIs(t, stytcherror.CodeSessionAuthorizationTenancyError, stytcherror.ErrTenancyMismatch)
		require.NotErrorIs(t, apiErr, stytcherror.ErrTenancyMismatch)
		assert.NotErrorIs(t, &stytcherror.Error{Code: stytcherror.CodeSessionAuthorizationError}, stytcherror.ErrTenancyMismatch)
	})
	t.Run("a code matches itself", func(t *testing.T) {
		t.Parallel()
		assert.ErrorIs(t, stytcherror.CodeSessionNotFound, stytcherror.CodeSessionNotFound)
	})
	t.Run("a RequestError matches its cause", func(t *testing.T) {
		t.Parallel()
		err := &stytcherror.RequestError{Op: op, Host: "h", Err: &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}}
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		_, ok := errors.AsType[*net.OpError](err)
		assert.True(t, ok)
	})
	t.Run("a DecodeError matches its cause, if it has one", func(t *testing.T) {
		t.Parallel()
		require.ErrorIs(t, &stytcherror.DecodeError{Err: stytcherror.ErrTooLarge}, stytcherror.ErrTooLarge)
		require.NoError(t, new(stytcherror.DecodeError).Unwrap())
	})
	t.Run("a cause is not marshalled", func(t *testing.T) {
		t.Parallel()
		cause := &net.DNSError{Name: "cAnArY.example"}
		canarytest.Hidden(t, &stytcherror.DecodeError{Err: cause}, "cAnArY")
		text, err := json.Marshal(&stytcherror.RequestError{Op: op, Err: cause})
		require.NoError(t, err)
		assert.NotContains(t, string(text), "cAnArY")
	})
	t.Run("errors.As tells the types apart", func(t *testing.T) {
		t.Parallel()
		_, isRequest := errors.AsType[*stytcherror.RequestError](apiErr)
		_, isDecode := errors.AsType[*stytcherror.DecodeError](apiErr)
		_, isArgument := errors.AsType[*stytcherror.ArgumentError](apiErr)
		assert.False(t, isRequest || isDecode || isArgument)
	})
}

func TestRequestError_Timeout(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		cause error
		want  bool
	}{
		"a deadline":                    {context.DeadlineExceeded, true},
		"a deadline with a cause":       {fmt.Errorf("%w: %w", context.DeadlineExceeded, io.EOF), true},
		"a dial that took too long":     {&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, true},
		"a resolver that took too long": {&net.DNSError{IsTimeout: true}, true},
		"a refused connection":          {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, false},
		"a cancelled context":           {context.Canceled, false},
		"an end of file":                {io.EOF, false},
		"no cause":                      {nil, false},
	} {
		t.Run(fmt.Sprintf("%s: %t", name, tt.want), func(t *testing.T) {
			t.Parallel()
			err := &stytcherror.RequestError{Op: op, Host: "h", Err: tt.cause}
			assert.Equal(t, tt.want, err.Timeout())
		})
	}
}

func TestError_MarshalJSON(t *testing.T) {
	t.Parallel()
	full := &stytcherror.Error{
		Op: op, StatusCode: 429, RequestID: "r", Code: stytcherror.CodeTooManyRequests, Message: "Slow down.", URL: "u",
		RetryAfter: 90 * time.Second, Retries: 1, Details: []byte(`{"cAnArY": 1}`), Body: []byte("cAnArY"),
	}
	for name, tt := range map[string]struct {
		err  *stytcherror.Error
		want string
	}{
		"an Error marshals under the API's names": {full, `{"status_code": 429, "request_id": "r",
			"error_type": "too_many_requests", "error_message": "Slow down.", "error_url": "u"}`},
		"one of a gateway has only a status": {
			&stytcherror.Error{Op: op, StatusCode: 502, Body: []byte("<html>")}, `{"status_code": 502}`,
		},
	} {
		for encoder, codec := range map[string]struct {
			marshal   func(any) ([]byte, error)
			unmarshal func([]byte, any) error
		}{
			"encoding/json": {json.Marshal, json.Unmarshal},
			"encoding/json/v2": {
				func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
				func(data []byte, v any) error { return jsonv2.Unmarshal(data, v) },
			},
		} {
			t.Run(name+", by "+encoder, func(t *testing.T) {
				t.Parallel()
				got, err := codec.marshal(tt.err)
				require.NoError(t, err)
				assert.JSONEq(t, tt.want, string(got))
				got, err = codec.marshal(struct{ Err *stytcherror.Error }{tt.err})
				require.NoError(t, err)
				assert.JSONEq(t, `{"Err": `+tt.want+`}`, string(got))

				back, want := stytcherror.Error{}, *tt.err
				require.NoError(t, codec.unmarshal([]byte(tt.want), &back))
				want.Op, want.RetryAfter, want.Retries, want.Details, want.Body = "", 0, 0, nil, nil
				assert.Equal(t, want, back)
			})
		}
	}
	t.Run("body and details are never shown", func(t *testing.T) {
		t.Parallel()
		canarytest.Hidden(t, full, "cAnArY")
	})
}

func TestError_LogValue(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]*stytcherror.Error{
		`status_code=404 op=` + op + ` error_type=session_not_found error_message="No session." request_id=r retries=2`: {
			Op: op, StatusCode: 404, Code: stytcherror.CodeSessionNotFound, Message: "No session.", RequestID: "r", Retries: 2,
			URL: "https://example.com", Body: []byte("no"), Details: []byte("{}"),
		},
		`status_code=502 op=` + op: {Op: op, StatusCode: 502},
		`status_code=0`:            {},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, attr := range err.LogValue().Group() {
				var line strings.Builder
				slog.New(slog.NewTextHandler(&line, nil)).Info("", attr)
				_, text, _ := strings.Cut(line.String(), `msg="" `)
				got = append(got, strings.TrimSpace(text))
			}
			assert.Equal(t, want, strings.Join(got, " "))
		})
	}
}
