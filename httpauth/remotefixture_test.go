package httpauth_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// signingKey is a snapshot of a project that has a key and nothing else.
var signingKey = sync.OnceValue(func() []byte {
	s := stytchtest.NewServer()
	defer s.Close()
	_, err := s.RotateKeys()
	snapshot, snapshotErr := s.Snapshot()
	if err := errors.Join(err, snapshotErr); err != nil {
		panic(err)
	}
	return snapshot
})

// inBubble runs a test in which time passes only while everybody waits (package testing/synctest), so that no delay
// takes time. The key is made before: other tests, outside the bubble, wait for it too.
func inBubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	signingKey()
	synctest.Test(t, f)
}

// fault makes the emulator answer calls as it says.
func (s *site) fault(faults ...emulator.Fault) {
	s.t.Helper()
	require.NoError(s.t, s.AddFaults(faults...))
}

// fails lets all calls of an operation fail, until ClearFaults.
func (s *site) fails(operation string) {
	s.t.Helper()
	s.fault(emulator.Fault{Operation: operation, Count: allCalls, Status: http.StatusServiceUnavailable})
}

// hangs lets all calls of an operation have no answer, until ClearFaults.
func (s *site) hangs(operation string) {
	s.t.Helper()
	s.fault(emulator.Fault{Operation: operation, Count: allCalls, DelayMS: tenMinutes})
}

// down makes the API refuse connections, until ClearFaults.
func (s *site) down() {
	s.t.Helper()
	s.fault(emulator.Fault{Count: allCalls, Disconnect: true})
}

// tenMinutes are longer than anybody waits, in milliseconds.
const tenMinutes = int(10 * time.Minute / time.Millisecond)

// newLateVisitor returns the cookies of somebody whose JWT has expired.
func (s *site) newLateVisitor(email string) (*stytchtest.Visitor, []*http.Cookie) {
	s.t.Helper()
	v := s.LogIn(email)
	s.expireJWTs()
	return v, s.cookies(v)
}

// refreshed sends a request with cookies, and returns them with what the answer has set.
func (s *site) refreshed(cookies []*http.Cookie) []*http.Cookie {
	s.t.Helper()
	w := s.get(request(http.MethodGet, "/notes", cookies...))
	require.Equal(s.t, http.StatusOK, w.Code, w.Body)
	set, _ := kept(w)
	require.NotEmpty(s.t, set)
	return merged(cookies, set)
}

// merged are the cookies of a browser that has got others.
func merged(cookies, set []*http.Cookie) []*http.Cookie {
	byName := map[string]*http.Cookie{}
	for _, c := range append(append([]*http.Cookie(nil), cookies...), set...) {
		byName[c.Name] = c
	}
	var list []*http.Cookie
	for _, c := range byName {
		list = append(list, c)
	}
	return list
}

// only returns the cookies with a name.
func only(cookies []*http.Cookie, name string) []*http.Cookie {
	var list []*http.Cookie
	for _, c := range cookies {
		if c.Name == name {
			list = append(list, c)
		}
	}
	return list
}

// withMiddleware puts a transport's middleware before the guard's client.
func (s *site) withMiddleware(m func(http.RoundTripper) http.RoundTripper, change ...func(*httpauth.Config)) {
	s.t.Helper()
	client := s.NewClient(stytch.Config{Middleware: []func(http.RoundTripper) http.RoundTripper{m}})
	s.guard = s.newGuard(client, httpauth.NewB2B, change...)
}

// roundTripper is a function that is an http.RoundTripper.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answering is a middleware that answers the calls about sessions, in place of the API where f returns a response.
func answering(f func(*http.Request) (*http.Response, error)) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/sessions/authenticate") {
				if resp, err := f(r); resp != nil || err != nil {
					return resp, err
				}
			}
			return next.RoundTrip(r)
		})
	}
}

// many sends requests in parallel and returns the answers in their order.
func many(h http.Handler, n int, of func(i int) *http.Request) []*httptest.ResponseRecorder {
	answers := make([]*httptest.ResponseRecorder, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { answers[i] = serve(h, of(i)) })
	}
	wait.Wait()
	return answers
}

// whoamiGuarded is whoami behind a guard.
func (s *site) whoamiGuarded() http.Handler {
	return s.guard.Require()(http.HandlerFunc(whoami))
}

// assertUnavailable says that an answer is 503, tells when to try again, leads nowhere and logs nobody out.
func assertUnavailable(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	assert.Equal(t, http.StatusServiceUnavailable, w.Code, w.Body)
	assert.Regexp(t, `^([1-9]|[1-5]\d|60)$`, w.Header().Get("Retry-After"))
	assert.Empty(t, w.Header()["Set-Cookie"])
	assert.Empty(t, w.Header().Get("Location"))
	assert.Empty(t, w.Header().Get("WWW-Authenticate"))
}

// token returns a well-formed session token that nobody has.
func token(i int) string { return fmt.Sprintf("nobody-has-this-session-token-%012d", i) }
