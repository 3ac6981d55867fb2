package stytcherror_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/stytcherror"
)

const hidden = "cAnArY"

func TestErrors_logAsGroupsOfOneShape(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		`err.status_code=404 err.op=op err.error_type=session_not_found`: &stytcherror.Error{
			Op: "op", StatusCode: 404, Code: stytcherror.CodeSessionNotFound,
		},
		`err.op=op err.error_message="no response from h: refused"`: &stytcherror.RequestError{
			Op: "op", Host: "h", Err: errors.New("refused"),
		},
		`err.op=op err.error_message="status 200, but the body does not decode at /a"`: &stytcherror.DecodeError{
			Op: "op", StatusCode: 200, Field: "/a",
		},
		`err.op=op err.error_message="a is too long"`: &stytcherror.ArgumentError{
			Op: "op", Field: "a", Reason: "is too long",
		},
		`err.op=op err.error_message="token refused: expired"`: &stytcherror.TokenError{
			Op: "op", Verdict: stytcherror.ErrTokenExpired,
		},
		`err.op=op err.error_message="not permitted: edit on documents"`: &stytcherror.PermissionError{
			Op: "op", Action: "edit", Resource: "documents",
		},
		`err.op=op err.error_message="permission not decided"`: &stytcherror.PolicyError{Op: "op"},
		`err.error_message="permission not decided"`:           &stytcherror.PolicyError{},
	} {
		var line bytes.Buffer
		slog.New(slog.NewTextHandler(&line, nil)).Error("", "err", err)
		assert.Contains(t, line.String(), ` msg="" `+want+"\n")
	}
}

// A value prints like a pointer to it, although only the pointer is an error.
func TestErrors_printAsValues(t *testing.T) {
	t.Parallel()
	apiErr := stytcherror.Error{Op: "op", StatusCode: 400, Body: []byte(hidden), Details: []byte(hidden)}
	cause := errors.New("cause")
	for want, v := range map[string]any{
		"stytch: op: 400 Bad Request":                apiErr,
		"stytch: op: no response: cause":             stytcherror.RequestError{Op: "op", Err: cause},
		"stytch: op: permission not decided: cause":  stytcherror.PolicyError{Op: "op", Err: cause},
		"stytch: op: token refused: expired":         stytcherror.TokenError{Op: "op", Verdict: stytcherror.ErrTokenExpired},
		"stytch: op: the value does not decode: why": stytcherror.DecodeError{Op: "op", Reason: "why", Err: cause},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
			assert.Equal(t, want, fmt.Sprintf(verb, v))
			assert.Contains(t, fmt.Sprintf(verb, []any{v}), want, "in a list")
		}
	}
}

func TestErrors_nilPointers(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		(*stytcherror.Error)(nil), (*stytcherror.RequestError)(nil), (*stytcherror.DecodeError)(nil),
		(*stytcherror.ArgumentError)(nil), (*stytcherror.TokenError)(nil), (*stytcherror.PermissionError)(nil),
		(*stytcherror.PolicyError)(nil),
	} {
		assert.Equal(t, http.StatusInternalServerError, stytcherror.HTTPStatus(err), "%T", err)
		assert.False(t, stytcherror.Temporary(err))
		assert.Equal(t, "<nil>", fmt.Sprint(err))
	}
	for _, err := range []error{
		(*stytcherror.Error)(nil), (*stytcherror.TokenError)(nil), (*stytcherror.PermissionError)(nil),
	} {
		assert.NotErrorIs(t, err, stytcherror.CodeSessionNotFound)
	}
}
