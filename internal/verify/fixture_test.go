package verify_test

import (
	"context"
	"encoding/base64"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// start is the time at which tests start, by Config.Now. It differs from the runtime's clock: code that reads the latter
// refuses all tokens as too new.
var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// fixture is a client, with the operations of one product, and the API that it talks to. Its clock is moved by advance.
type fixture struct {
	*product
	operations

	t      *testing.T
	key    *minttest.Key
	api    *minttest.API
	client *stytch.Client
	passed atomic.Int64
}

// forEachProduct runs a subtest for each product, in a bubble of package synctest. It fails if a goroutine is left.
func forEachProduct(t *testing.T, name string, test func(f *fixture), edit ...func(*stytch.Config)) {
	t.Helper()
	for _, p := range products() {
		runInBubble(t, name+"/"+p.name, p, test, edit...)
	}
}

// forB2B runs a subtest like forEachProduct, for B2B only.
func forB2B(t *testing.T, name string, test func(f *fixture), edit ...func(*stytch.Config)) {
	t.Helper()
	runInBubble(t, name, b2bProduct(), test, edit...)
}

func runInBubble(t *testing.T, name string, p *product, test func(f *fixture), edit ...func(*stytch.Config)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		minttest.NewKey("jwk-test-1") // generated here, as its generation would hold up the bubble's clock
		synctest.Test(t, func(t *testing.T) { test(newFixture(t, p, edit...)) })
	})
}

func newFixture(t *testing.T, p *product, edit ...func(*stytch.Config)) *fixture {
	t.Helper()
	key := minttest.NewKey("jwk-test-1")
	f := &fixture{product: p, t: t, key: key, api: minttest.NewAPI(key)}
	f.api.Serve(p.authenticatePath, p.authenticated)
	config := stytch.Config{ProjectID: minttest.Project, Secret: minttest.Secret, HTTPClient: f.api.Client(), Now: f.now}
	for _, e := range edit {
		e(&config)
	}
	var err error
	f.client, err = stytch.NewClient(config)
	require.NoError(t, err)
	require.Zero(t, f.api.Requests(""), "NewClient sends no request")
	f.operations = p.of(f.client)
	return f
}

// with returns f for a subtest.
func (f *fixture) with(t *testing.T) *fixture {
	t.Helper()
	return &fixture{product: f.product, operations: f.operations, t: t, key: f.key, api: f.api, client: f.client}
}

func (f *fixture) now() time.Time { return start.Add(time.Duration(f.passed.Load())) }

// advance advances the bubble's clock and the client's, and waits until all goroutines are blocked.
func (f *fixture) advance(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
	f.passed.Add(int64(d))
}

// sessionJWT returns a session's JWT that is issued now, with other claims.
func (f *fixture) sessionJWT(others map[string]any) string {
	return f.key.Sign(minttest.With(f.claims(f.now()), others))
}

// longLivedJWT returns a session's JWT that does not expire during a test.
func (f *fixture) longLivedJWT(key *minttest.Key) string {
	return key.Sign(longLived(f.claims(start)))
}

func longLived(claims map[string]any) map[string]any {
	session := map[string]any{"id": minttest.Session, "roles": []string{"stytch_member", "stytch_user", "editor"}}
	return minttest.With(claims, map[string]any{"exp": start.AddDate(1, 0, 0).Unix(), minttest.SessionClaim: session})
}

// accepts asserts that both methods accept a token without asking the API.
func (f *fixture) accepts(text string) {
	f.t.Helper()
	before := f.api.Requests(f.authenticatePath)
	s, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text})
	require.NoError(f.t, err)
	require.Equal(f.t, minttest.Session, s.id)
	s, err = f.authenticate(f.t.Context(), &request{SessionJWT: text})
	require.NoError(f.t, err)
	require.Equal(f.t, minttest.Session, s.id)
	require.Equal(f.t, text, s.jwt, "the response has the JWT of the request")
	require.False(f.t, s.remote)
	require.Equal(f.t, before, f.api.Requests(f.authenticatePath))
}

// withBoth calls both methods, and then with the name of the operation and its results.
func (f *fixture) withBoth(ctx context.Context, req *request, then func(op string, s *session, err error)) {
	s, err := f.authenticateLocal(ctx, req)
	then(f.name+".sessions.authenticate_jwt_local", s, err)
	s, err = f.authenticate(ctx, req)
	then(f.name+".sessions.authenticate_jwt", s, err)
}

// refuses asserts that both methods refuse a token with this verdict, without a request, and without showing the token.
func (f *fixture) refuses(req *request, verdict stytcherror.Verdict) {
	f.t.Helper()
	before := f.api.Requests("")
	f.withBoth(f.t.Context(), req, func(op string, s *session, err error) {
		f.t.Helper()
		isVerdict(f.t, err, op, verdict)
		assert.Nil(f.t, s)
		showsNothing(f.t, err, req.SessionJWT)
	})
	assert.Equal(f.t, before, f.api.Requests(""), "no request is sent")
}

// isVerdict asserts that err is a TokenError with this verdict and operation.
func isVerdict(t *testing.T, err error, op string, verdict stytcherror.Verdict) {
	t.Helper()
	require.ErrorIs(t, err, verdict)
	assert.Equal(t, op, outermost[*stytcherror.TokenError](t, err).Op)
}

// outermost asserts that err is an E, not an error that wraps one.
func outermost[E error](t *testing.T, err error) E {
	t.Helper()
	typed, ok := err.(E) //nolint:errorlint // an error that wraps an E is another one
	require.True(t, ok, "%T: %v", err, err)
	return typed
}

// showsNothing asserts that an error shows no part of a token, encoded or not.
func showsNothing(t *testing.T, err error, token string) {
	t.Helper()
	const longest = 8
	token = token[:min(len(token), 32<<10)]
	texts := []string{token}
	for part := range strings.SplitSeq(token, ".") {
		if raw, err := base64.RawURLEncoding.DecodeString(part); err == nil {
			texts = append(texts, string(raw))
		}
	}
	_, shows, found := strings.Cut(err.Error(), "token refused: ") // after the operation
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

// isArgumentError asserts that err is an ArgumentError about the field.
func isArgumentError(t *testing.T, err error, op, field string) {
	t.Helper()
	refused := outermost[*stytcherror.ArgumentError](t, err)
	assert.Equal(t, op, refused.Op)
	assert.Equal(t, field, refused.Field)
}

// isContextError asserts that err is a RequestError for a context that ended with cause.
func isContextError(t *testing.T, err error, op string, cause error) {
	t.Helper()
	assert.Equal(t, op, outermost[*stytcherror.RequestError](t, err).Op)
	require.ErrorIs(t, err, cause)
}
