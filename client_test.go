package stytch_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

var member = &sessions.GetRequest{OrganizationID: "organization-1", MemberID: "member-1"}

func TestClient_request(t *testing.T) {
	t.Parallel()
	t.Run("every request has the project's credentials and the SDK's User-Agent", func(t *testing.T) {
		t.Parallel()
		var got *http.Request
		c := client(t, func(r *http.Request) (*http.Response, error) {
			got = r
			return respond(r, http.StatusOK, jsonOK), nil
		})
		_, err := c.B2B.Sessions.Get(t.Context(), member)
		require.NoError(t, err)
		user, password, ok := got.BasicAuth()
		assert.True(t, ok)
		assert.Equal(t, testID, user)
		assert.Equal(t, secretText, password)
		assert.Equal(t, "seed75add069-stytch-go/"+stytch.Version+" ("+runtime.Version()+")", got.UserAgent())
		assert.Equal(t, http.Header{
			"Authorization": got.Header["Authorization"], "User-Agent": got.Header["User-Agent"], "Accept": {"application/json"},
		}, got.Header, "and nothing else")
	})
}

func TestClient_middleware(t *testing.T) {
	t.Parallel()
	t.Run("the first middleware is outermost, and none sees the credentials", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, _, _ := r.BasicAuth()
			assert.Equal(t, testID, user)
			assert.Equal(t, "first,second", r.Header.Get("X-Path"))
			_, _ = io.WriteString(w, jsonOK)
		}))
		t.Cleanup(s.Close)
		var steps []string
		named := func(name string) func(http.RoundTripper) http.RoundTripper {
			return func(next http.RoundTripper) http.RoundTripper {
				return roundTrip(func(req *http.Request) (*http.Response, error) {
					steps = append(steps, name+" asks")
					assert.Empty(t, req.Header.Get("Authorization"))
					req = req.Clone(req.Context())
					req.Header.Set("X-Path", strings.TrimPrefix(req.Header.Get("X-Path")+","+name, ","))
					resp, err := next.RoundTrip(req)
					if assert.NoError(t, err) {
						assert.Empty(t, resp.Request.Header.Get("Authorization"))
						assert.Empty(t, req.Header.Get("Authorization"))
					}
					steps = append(steps, name+" is answered")
					return resp, err
				})
			}
		}
		c, err := stytch.NewClient(stytch.Config{
			ProjectID: testID, Secret: secretText, BaseURL: s.URL,
			Middleware: []func(http.RoundTripper) http.RoundTripper{named("first"), named("second")},
		})
		require.NoError(t, err)
		t.Cleanup(c.CloseIdleConnections)
		_, err = c.B2B.Sessions.Get(t.Context(), member)
		require.NoError(t, err)
		assert.Equal(t, []string{"first asks", "second asks", "second is answered", "first is answered"}, steps)
	})
	t.Run("a middleware may send a request without a header", func(t *testing.T) {
		t.Parallel()
		for name, edit := range map[string]func(*http.Request) *http.Request{
			"a copy": func(r *http.Request) *http.Request {
				r = r.WithContext(r.Context())
				r.Header = nil
				return r
			},
			"one of its own": func(r *http.Request) *http.Request { return &http.Request{Method: r.Method, URL: r.URL} },
		} {
			c := client(t, func(r *http.Request) (*http.Response, error) {
				user, _, _ := r.BasicAuth()
				assert.Equal(t, testID, user, name)
				return respond(r, http.StatusOK, jsonOK), nil
			}, func(c *stytch.Config) {
				c.Middleware = []func(http.RoundTripper) http.RoundTripper{func(next http.RoundTripper) http.RoundTripper {
					return roundTrip(func(r *http.Request) (*http.Response, error) { return next.RoundTrip(edit(r)) })
				}}
			})
			_, err := c.B2B.Sessions.Get(t.Context(), member)
			require.NoError(t, err, name)
		}
	})
	t.Run("a middleware sees every attempt", func(t *testing.T) {
		t.Parallel()
		attempts := 0
		c := client(t, func(r *http.Request) (*http.Response, error) {
			return respond(r, http.StatusBadGateway, ""), nil
		}, func(c *stytch.Config) {
			c.Retry.MinDelay, c.Retry.MaxDelay = 1, 1
			c.Middleware = []func(http.RoundTripper) http.RoundTripper{func(next http.RoundTripper) http.RoundTripper {
				return roundTrip(func(req *http.Request) (*http.Response, error) {
					attempts++
					return next.RoundTrip(req)
				})
			}}
		})
		_, err := c.B2B.Sessions.Get(t.Context(), member)
		require.Error(t, err)
		assert.Equal(t, 3, attempts)
	})
	t.Run("an error or an invalid response of a middleware is a RequestError", func(t *testing.T) {
		t.Parallel()
		for name, middleware := range map[string]roundTrip{
			"an error":    func(*http.Request) (*http.Response, error) { return nil, errors.New("circuit open") },
			"no response": func(*http.Request) (resp *http.Response, err error) { return resp, err },
			"no body": func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, ContentLength: 7}, nil
			},
		} {
			c := client(t, nil, func(c *stytch.Config) {
				c.Retry.MaxAttempts = 1
				c.Middleware = []func(http.RoundTripper) http.RoundTripper{
					func(http.RoundTripper) http.RoundTripper { return middleware },
				}
			})
			resp, err := c.B2B.Sessions.Get(t.Context(), member)
			assert.Nil(t, resp)
			_, ok := errors.AsType[*stytcherror.RequestError](err)
			assert.True(t, ok, "%s: %v", name, err)
		}
	})
}

func TestClient_perCallOptions(t *testing.T) {
	t.Parallel()
	t.Run("options apply to one call only", func(t *testing.T) {
		t.Parallel()
		type seen struct{ id, session, jwt string }
		var calls []seen
		var deadlines []time.Duration
		c := client(t, func(r *http.Request) (*http.Response, error) {
			calls = append(calls, seen{
				r.Header.Get("X-Request-Id"), r.Header.Get("X-Stytch-Member-Session"), r.Header.Get("X-Stytch-Member-SessionJWT"),
			})
			end, _ := r.Context().Deadline()
			deadlines = append(deadlines, time.Until(end).Round(time.Second))
			return respond(r, http.StatusOK, jsonOK), nil
		})
		_, err := c.B2B.Sessions.Revoke(t.Context(), nil, shared.WithHeader("X-Request-Id", "1"), shared.WithTimeout(3*time.Second),
			shared.WithAuthorization(shared.Authorization{SessionToken: "token"}))
		require.NoError(t, err)
		_, err = c.B2B.Sessions.Revoke(t.Context(), nil, shared.WithAuthorization(shared.Authorization{SessionJWT: "jwt"}))
		require.NoError(t, err)
		_, err = c.B2B.Sessions.Revoke(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []seen{{"1", "token", ""}, {"", "", "jwt"}, {}}, calls)
		assert.Equal(t, []time.Duration{3 * time.Second, 10 * time.Second, 10 * time.Second}, deadlines)
	})
	t.Run("the same options can be given to many calls at once", func(t *testing.T) {
		t.Parallel()
		c := client(t, func(r *http.Request) (*http.Response, error) {
			assert.Equal(t, []string{"1"}, r.Header["X-Request-Id"])
			return respond(r, http.StatusOK, jsonOK), nil
		})
		options := []shared.RequestOption{shared.WithHeader("X-Request-Id", "1"), shared.WithRetry(shared.RetryPolicy{MaxAttempts: 2})}
		done := make(chan error)
		for range 16 {
			go func() {
				_, err := c.B2B.Sessions.Get(t.Context(), member, options...)
				done <- err
			}()
		}
		for range 16 {
			require.NoError(t, <-done)
		}
	})
}

func TestClient_rawResponse(t *testing.T) {
	t.Parallel()
	answering := func(t *testing.T, status int, body string) *stytch.Client {
		t.Helper()
		return client(t, func(r *http.Request) (*http.Response, error) {
			resp := respond(r, status, body)
			resp.Header.Set("X-Trace", "7")
			return resp, nil
		}, func(c *stytch.Config) { c.Retry.MaxAttempts = 1 })
	}
	for status, body := range map[int]string{
		200: jsonOK, 201: "<html>", 404: `{"error_type": "member_not_found"}`, 502: "<html>" + strings.Repeat("x", 80<<10),
	} {
		t.Run("a "+strconv.Itoa(status)+" is available as a raw response", func(t *testing.T) {
			t.Parallel()
			var raw shared.RawResponse
			_, err := answering(t, status, body).B2B.Sessions.Get(t.Context(), member, shared.WithRawResponse(&raw))
			assert.Equal(t, status != 200, err != nil)
			assert.Equal(t, status, raw.StatusCode)
			assert.Equal(t, http.Header{"X-Trace": {"7"}}, raw.Header)
			if status < 400 {
				assert.Equal(t, body, string(raw.Body))
			} else {
				assert.Equal(t, body[:min(len(body), 64<<10)], string(raw.Body))
			}
		})
	}
	t.Run("later calls do not change a raw response", func(t *testing.T) {
		t.Parallel()
		var raw shared.RawResponse
		c := answering(t, 200, jsonOK)
		_, err := c.B2B.Sessions.Get(t.Context(), member, shared.WithRawResponse(&raw))
		require.NoError(t, err)
		for range 100 {
			_, err = answering(t, 200, `{"request_id": "request-id-2", "status_code": 201}`).B2B.Sessions.Get(t.Context(), member)
			require.NoError(t, err)
		}
		assert.Equal(t, jsonOK, string(raw.Body))
	})
	t.Run("a raw response stays unchanged if there was no response", func(t *testing.T) {
		t.Parallel()
		raw := shared.RawResponse{StatusCode: 7}
		c := client(t, func(*http.Request) (*http.Response, error) { return nil, errors.New("no") },
			func(c *stytch.Config) { c.Retry.MaxAttempts = 1 })
		_, err := c.B2B.Sessions.Get(t.Context(), member, shared.WithRawResponse(&raw))
		require.Error(t, err)
		assert.Equal(t, shared.RawResponse{StatusCode: 7}, raw)
	})
}

func TestClient_CloseIdleConnections(t *testing.T) {
	t.Parallel()
	for name, middleware := range map[string][]func(http.RoundTripper) http.RoundTripper{
		"without middleware": nil,
		"below middleware": {func(next http.RoundTripper) http.RoundTripper {
			return roundTrip(func(r *http.Request) (*http.Response, error) { return next.RoundTrip(r) })
		}},
	} {
		t.Run("idle connections can be closed "+name, func(t *testing.T) {
			t.Parallel()
			states := make(chan http.ConnState, 10)
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, jsonOK)
			}))
			s.Config.ConnState = func(_ net.Conn, state http.ConnState) { states <- state }
			s.Start()
			t.Cleanup(s.Close)
			c, err := stytch.NewClient(stytch.Config{ProjectID: testID, Secret: secretText, BaseURL: s.URL, Middleware: middleware})
			require.NoError(t, err)
			_, err = c.B2B.Sessions.Get(t.Context(), member)
			require.NoError(t, err)
			c.CloseIdleConnections()
			for _, want := range []http.ConnState{http.StateNew, http.StateActive, http.StateIdle, http.StateClosed} {
				assert.Equal(t, want, <-states)
			}
		})
	}
}
