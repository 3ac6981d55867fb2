package httpauth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// An interceptor, as of gRPC, gives what Check returned to its handler by WithPrincipal.
func TestWithPrincipal_ofCheckIsAskedAbout(t *testing.T) {
	t.Parallel()
	for name, bearer := range map[string]func(*stytchtest.Visitor) string{
		"a session's JWT": func(v *stytchtest.Visitor) string { return v.SessionJWT },
		"a session token": func(v *stytchtest.Visitor) string { return v.SessionToken },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			v := s.LogIn("ada@example.com")
			p, err := s.guard.Check(t.Context(), bearer(v))
			require.NoError(t, err)
			ctx := s.guard.WithPrincipal(t.Context(), p)
			assert.Equal(t, p, httpauth.Must(ctx))
			require.NoError(t, s.guard.Recheck(ctx))

			s.Clock().Advance(8 * time.Minute)
			require.NoError(t, s.guard.Recheck(ctx), "the session lasts, though its JWT has expired")
			s.revoke(t, v)
			s.Clock().Advance(time.Minute)
			assert.Equal(t, httpauth.ReasonToken, reasonOf(t, s.guard.Recheck(ctx)))
			r := request(http.MethodGet, "/").WithContext(ctx)
			assert.Equal(t, httpauth.ReasonToken, errorOf(t, s.get(r, httpauth.Remote())))
		})
	}
}

func TestWithPrincipal_ofAMachineIsNeverRemote(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, err := s.guard.Check(t.Context(), s.machineToken("a"), httpauth.Machines("a"))
	require.NoError(t, err)
	r := request(http.MethodGet, "/").WithContext(s.guard.WithPrincipal(t.Context(), p))
	assert.Empty(t, errorOf(t, s.get(r, httpauth.Machines("a"))))
	assert.Equal(t, httpauth.ReasonToken, errorOf(t, s.get(r, httpauth.Machines("a"), httpauth.Remote())))
}

// stytcherror.HTTPStatus knows the errors of Check, and errors.Is their causes.
func TestCheck_errorsHaveTheStatusOfTheAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	for name, tt := range map[string]struct {
		bearer string
		rules  []httpauth.Rule
		status int
		cause  error
	}{
		"nobody":               {"", nil, 401, nil},
		"an expired JWT":       {s.MintSessionJWT(stytchtest.Session{}, stytchtest.Expired()), nil, 401, stytcherror.ErrTokenExpired},
		"a forged JWT":         {s.MintSessionJWT(stytchtest.Session{}, stytchtest.Forged()), nil, 401, stytcherror.ErrTokenSignature},
		"another organization": {v.SessionJWT, []httpauth.Rule{httpauth.InOrganizationID(otherOrganization)}, 403, nil},
	} {
		_, err := s.guard.Check(t.Context(), tt.bearer, tt.rules...)
		assert.Equal(t, tt.status, stytcherror.HTTPStatus(err), name)
		if tt.cause != nil {
			assert.ErrorIs(t, err, tt.cause, name)
		}
	}
	s.fails(authenticate)
	_, err := s.guard.Check(t.Context(), v.SessionToken)
	assert.Equal(t, 503, stytcherror.HTTPStatus(err))
	assert.True(t, stytcherror.Temporary(err))
}
