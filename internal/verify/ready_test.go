package verify_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestReady(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "Ready fetches the keys, once", func(f *fixture) {
		for range 10 {
			require.NoError(f.t, f.ready(f.t.Context()))
		}
		f.accepts(f.sessionJWT(nil))
		assert.Equal(f.t, 1, f.api.Requests(""))
	})
	forEachProduct(t, "the error of Ready says why there are no keys", func(f *fixture) {
		op := f.name + ".sessions.ready"
		var none context.Context
		isArgumentError(f.t, f.ready(none), op, "ctx")
		ended, cancel := context.WithCancel(f.t.Context())
		cancel()
		isContextError(f.t, f.ready(ended), op, context.Canceled)
		assert.Zero(f.t, f.api.Requests(""))
		f.api.Handle(minttest.Keys, failures()["hangs"])
		ended, cancel = context.WithTimeout(f.t.Context(), time.Second)
		defer cancel()
		isContextError(f.t, f.ready(ended), op, context.DeadlineExceeded)
		err := f.ready(f.t.Context())
		isVerdict(f.t, err, op, stytcherror.ErrKeysUnavailable)
		f.advance(time.Minute)
		f.api.Handle(minttest.Keys, failures()["refuses"])
		err = f.ready(f.t.Context())
		isVerdict(f.t, err, op, stytcherror.ErrKeysUnavailable)
		require.ErrorContains(f.t, err, "401")
		require.NotContains(f.t, err.Error(), minttest.Secret)
	})
}

// That credentials are wrong does not pass, unlike an outage.
func TestReady_refusedByTheAPI(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status    int
		body      string
		temporary bool
	}{
		"a wrong secret":      {401, `{"status_code":401,"request_id":"r","error_type":"unauthorized_credentials"}`, false},
		"an unknown project":  {404, `{"status_code":404,"request_id":"r","error_type":"project_not_found"}`, false},
		"an unknown reason":   {401, `{"status_code":401,"request_id":"r"}`, false},
		"a rate limit":        {429, `{"status_code":429,"request_id":"r","error_type":"too_many_requests"}`, true},
		"a failure":           {500, `{"status_code":500,"request_id":"r","error_type":"internal_server_error"}`, true},
		"a gateway's refusal": {401, `{"message":"Unauthorized"}`, true},
		"a gateway's page":    {403, `<html>`, true},
		"no keys":             {200, `{}`, true},
	} {
		forEachProduct(t, "after "+name, func(f *fixture) {
			f.api.Handle(minttest.Keys, minttest.Status(tt.status, tt.body))
			f.api.Handle(minttest.Policy, minttest.Status(tt.status, tt.body))
			want := map[bool]int{true: http.StatusServiceUnavailable, false: http.StatusInternalServerError}[tt.temporary]
			check := func(err error) *stytcherror.Error {
				f.t.Helper()
				assert.Equal(f.t, want, stytcherror.HTTPStatus(err), "%v", err)
				assert.Equal(f.t, tt.temporary, stytcherror.Temporary(err), "%v", err)
				response, _ := errors.AsType[*stytcherror.Error](err)
				return response
			}
			first := f.ready(f.t.Context())
			isVerdict(f.t, first, f.name+".sessions.ready", stytcherror.ErrKeysUnavailable)
			response := check(first)
			_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: f.sessionJWT(nil)})
			again := check(err)
			_ = check(f.check(f.t.Context(), in(editor, "documents", "edit")))
			assert.Equal(f.t, tt.status >= 400, response != nil)
			assert.Equal(f.t, response, again)
			if response != nil {
				assert.NotSame(f.t, response, again, "callers may change what they get")
				assert.NotSame(f.t, &response.Body[0], &again.Body[0])
			}
		}, noRetry)
	}
}
