package httpauth_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
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
)

func TestRefresh_isOneCallForAllRequests(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t)
		v, cookies := s.newLateVisitor("ada@example.com")
		s.fault(emulator.Fault{Operation: authenticate, DelayMS: 1000})
		answers := many(s.whoamiGuarded(), 100, func(int) *http.Request {
			return request(http.MethodGet, "/notes", cookies...)
		})
		first := answers[0].Header()["Set-Cookie"]
		require.Len(t, first, 1)
		for _, w := range answers {
			assert.Equal(t, http.StatusOK, w.Code)
			assert.Contains(t, w.Body.String(), v.MemberID)
			assert.Equal(t, first, w.Header()["Set-Cookie"])
		}
		assert.Equal(t, 1, s.refreshes())

		s.Clock().Advance(4*time.Minute + 28*time.Second) // the JWT lasts five minutes, and the call took a second
		late := s.get(request(http.MethodGet, "/notes", cookies...))
		assert.Equal(t, http.StatusOK, late.Code)
		assert.Equal(t, first, late.Header()["Set-Cookie"])
		assert.Equal(t, 1, s.refreshes(), "half a minute before the end of the JWT it is still remembered")

		s.Clock().Advance(2 * time.Second)
		later := s.get(request(http.MethodGet, "/notes", cookies...))
		assert.Equal(t, http.StatusOK, later.Code)
		assert.NotEqual(t, first, later.Header()["Set-Cookie"])
		assert.Equal(t, 2, s.refreshes(), "from then on it is not")
	})
}

func TestRefresh_setsNothingThatTheBrowserHas(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, cookies := s.newLateVisitor("ada@example.com")
	cookies = s.refreshed(cookies)
	w := s.get(request(http.MethodGet, "/notes", only(cookies, tokenCookie)...))
	assert.Len(t, w.Header()["Set-Cookie"], 1, "a browser that has lost its JWT gets it again")
	w = s.get(request(http.MethodGet, "/notes", cookies...))
	assert.Empty(t, w.Header()["Set-Cookie"])
	s.get(request(http.MethodGet, "/notes", cookies...), httpauth.MaxAge(time.Minute))
	assert.Equal(t, 1, s.refreshes())
}

func TestRefresh_outlastsItsFirstCaller(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t)
		v, cookies := s.newLateVisitor("ada@example.com")
		s.fault(emulator.Fault{Operation: authenticate, DelayMS: 1000})
		ctx, leave := context.WithCancel(t.Context())
		var first, second *httptest.ResponseRecorder
		var wait sync.WaitGroup
		began := time.Now()
		var firstEnded time.Duration
		wait.Go(func() {
			first = s.get(request(http.MethodGet, "/notes", cookies...).WithContext(ctx))
			firstEnded = time.Since(began)
		})
		synctest.Wait()
		wait.Go(func() { second = s.get(request(http.MethodGet, "/notes", cookies...)) })
		synctest.Wait()
		leave()
		wait.Wait()
		assertUnavailable(t, first)
		assert.Zero(t, firstEnded, "who has left waits for nothing")
		assert.Equal(t, http.StatusOK, second.Code)
		assert.Contains(t, second.Body.String(), v.MemberID)
		assert.Equal(t, 1, s.refreshes())
	})
}

func TestRefresh_isTriedTwiceAtMost(t *testing.T) {
	t.Parallel()
	rateLimit := emulator.Fault{Status: 429, ErrorType: "too_many_requests"}
	repeated := func(f emulator.Fault, count, retryAfter int) []emulator.Fault {
		f.Operation, f.Count, f.RetryAfter = authenticate, count, retryAfter
		return []emulator.Fault{f}
	}
	for _, tt := range []struct {
		name          string
		faults        []emulator.Fault
		calls, status int
		retryAfter    string
		atMost        time.Duration
	}{
		{"a lost connection is tried again", repeated(emulator.Fault{Disconnect: true}, 1, 0), 2, 200, "", time.Second},
		{"a 502 is tried again", repeated(emulator.Fault{Status: 502}, 1, 0), 2, 200, "", time.Second},
		{"lost connections are tried twice", repeated(emulator.Fault{Disconnect: true}, allCalls, 0), 2, 503, "1", time.Second},
		{"503s are tried twice", repeated(emulator.Fault{Status: 503}, allCalls, 0), 2, 503, "1", time.Second},
		{"a 503 with a second to wait is tried twice", repeated(emulator.Fault{Status: 503}, allCalls, 1), 2, 503, "1", 2 * time.Second},
		{"a 503 with longer to wait is answered at once", repeated(emulator.Fault{Status: 503}, allCalls, 30), 1, 503, "30", 0},
		{"a 429 is not repeated", repeated(rateLimit, allCalls, 0), 1, 503, "1", 0},
		{"a 429 with a second to wait is not repeated", repeated(rateLimit, allCalls, 1), 1, 503, "1", 0},
		{"a 429 with longer to wait is not repeated", repeated(rateLimit, allCalls, 7), 1, 503, "7", 0},
		{"a 429 of a gateway is not repeated", repeated(emulator.Fault{Status: 429}, allCalls, 0), 1, 503, "1", 0},
		{"a Retry-After of hours becomes a minute", repeated(rateLimit, allCalls, 7200), 1, 503, "60", 0},
		{
			"a refusal is not repeated", repeated(emulator.Fault{Status: 404, ErrorType: "session_not_found"}, allCalls, 0),
			1, 401, "", 0,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				s := newSite(t)
				_, cookies := s.newLateVisitor("ada@example.com")
				s.fault(tt.faults...)
				began := time.Now()
				w := s.get(request(http.MethodGet, "/notes", cookies...))
				assert.Equal(t, tt.status, w.Code, w.Body)
				assert.Equal(t, tt.retryAfter, w.Header().Get("Retry-After"))
				assert.Equal(t, tt.calls, s.refreshes())
				assert.LessOrEqual(t, time.Since(began), tt.atMost)
			})
		})
	}
}

func TestRefresh_refusalsAreRememberedForHalfAMinute(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t)
		r := request(http.MethodGet, "/notes", cookie(tokenCookie, token(1)))
		for range 3 {
			assert.Equal(t, http.StatusUnauthorized, s.get(r).Code)
			assert.Equal(t, http.StatusUnauthorized, s.get(r, httpauth.Remote()).Code)
		}
		assert.Equal(t, 1, s.refreshes())
		s.Clock().Advance(30*time.Second - 1)
		s.get(r)
		assert.Equal(t, 1, s.refreshes())
		s.get(request(http.MethodGet, "/notes", cookie(tokenCookie, token(2))))
		assert.Equal(t, 2, s.refreshes(), "other tokens are asked about")
		s.Clock().Advance(1)
		s.get(r)
		assert.Equal(t, 3, s.refreshes())
	})
}

// A slow answer of before a refusal must not bring back a session that has ended.
func TestRefresh_aRefusalCountsMoreThanASlowerAnswer(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t)
		hold := make(chan struct{})
		isFirst := true
		s.withMiddleware(func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(r)
				if strings.HasSuffix(r.URL.Path, authenticatePath) && isFirst {
					isFirst = false
					<-hold
				}
				return resp, err
			})
		})
		_, cookies := s.newLateVisitor("ada@example.com")
		var wait sync.WaitGroup
		wait.Go(func() { s.get(request(http.MethodGet, "/notes", cookies...), httpauth.Remote()) })
		synctest.Wait()
		s.fault(emulator.Fault{Operation: authenticate, Count: allCalls, Status: 404, ErrorType: "session_not_found"})
		assert.Equal(t, http.StatusUnauthorized, s.get(request(http.MethodGet, "/notes", cookies...)).Code)
		close(hold)
		wait.Wait()
		s.Clock().Advance(31 * time.Second)
		assert.Equal(t, http.StatusUnauthorized, s.get(request(http.MethodGet, "/notes", cookies...)).Code)
	})
}

func TestRefresh_setsTheJWTAndBothWhereItExtends(t *testing.T) {
	t.Parallel()
	prolonged := func(c *httpauth.Config) { c.SessionDuration = 2 * time.Hour }
	emptyToken := func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if err == nil && strings.HasSuffix(r.URL.Path, authenticatePath) {
				body, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				body = regexp.MustCompile(`"session_token":"[^"]*"`).ReplaceAll(body, []byte(`"session_token":""`))
				resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
				resp.Header.Del("Content-Length")
			}
			return resp, err
		})
	}
	same := func(next http.RoundTripper) http.RoundTripper { return next }
	for _, tt := range []struct {
		name       string
		change     []func(*httpauth.Config)
		middleware func(http.RoundTripper) http.RoundTripper
		names      []string
	}{
		{"a refresh sets the JWT alone", nil, same, []string{jwtCookie}},
		{"one that prolongs the session sets both", []func(*httpauth.Config){prolonged}, same, []string{tokenCookie, jwtCookie}},
		{"an empty session_token overwrites none", nil, emptyToken, []string{jwtCookie}},
		{"nor where both are set", []func(*httpauth.Config){prolonged}, emptyToken, []string{tokenCookie, jwtCookie}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.withMiddleware(tt.middleware, tt.change...)
			v, cookies := s.newLateVisitor("ada@example.com")
			now := s.Clock().Now()
			w := s.get(request(http.MethodGet, "/notes", cookies...))
			require.Equal(t, http.StatusOK, w.Code, w.Body)
			set, expired := kept(w)
			assert.Empty(t, expired)
			var names []string
			for _, c := range set {
				names = append(names, c.Name)
			}
			assert.Equal(t, tt.names, names)
			last := s.Requests()[len(s.Requests())-1].String()
			if len(tt.names) == 1 {
				assert.WithinDuration(t, v.ExpiresAt, set[0].Expires, time.Second)
				assert.NotContains(t, last, "session_duration_minutes")
				return
			}
			assert.Equal(t, v.SessionToken, set[0].Value)
			assert.WithinDuration(t, now.Add(2*time.Hour), set[0].Expires, 2*time.Second)
			assert.Equal(t, set[0].Expires, set[1].Expires)
			assert.Contains(t, last, `"session_duration_minutes":120`)
		})
	}
}

// The API has no token to tell to who asks with a JWT.
func TestRefresh_byAJWTAloneSetsNoToken(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *httpauth.Config) { c.SessionDuration = 2 * time.Hour })
	v := s.LogIn("ada@example.com")
	s.Clock().Advance(time.Minute)
	jwt := only(s.cookies(v), jwtCookie)
	w := s.get(request(http.MethodGet, "/notes", jwt...), httpauth.Remote())
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, 1, s.refreshes())
	set, expired := kept(w)
	assert.Empty(t, only(set, tokenCookie))
	assert.Empty(t, expired)
}

func TestGuards_refreshIndependently(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := s.newGuard(s.NewClient(stytch.Config{}), httpauth.NewB2B)
	v, cookies := s.newLateVisitor("ada@example.com")
	for range 2 {
		for _, g := range []*httpauth.Guard{s.guard, other} {
			w := serve(g.Require()(http.HandlerFunc(whoami)), request(http.MethodGet, "/notes", cookies...))
			assert.Equal(t, http.StatusOK, w.Code)
			assert.Contains(t, w.Body.String(), v.MemberID)
			set, _ := kept(w)
			assert.Empty(t, only(set, tokenCookie), "the token does not change")
		}
	}
	assert.Equal(t, 2, s.refreshes())
}
