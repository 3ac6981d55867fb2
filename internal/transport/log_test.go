package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// updateRequest is a request with fields in path, query and body.
type updateRequest struct {
	Tenant  string        `json:"tenant" path:"tenant"`
	Verbose *bool         `json:"verbose,omitzero" url:"verbose"`
	Minutes *int          `json:"minutes,omitzero"`
	Name    *string       `json:"name,omitzero"`
	Code    string        `json:"code" stytch:"secret"`
	Roles   []string      `json:"roles,omitzero"`
	Meta    shared.Object `json:"meta,omitzero"`
}

func (r updateRequest) LogValue() slog.Value { return secret.LogRequest(r) }

var opUpdate = transport.Op{Name: "test.update", Method: http.MethodPut, Path: "/v1/{tenant}", Class: transport.Write}

func TestLog_record(t *testing.T) {
	t.Parallel()
	var sent, log bytes.Buffer
	cfg := &shared.FetchConfig{
		BaseURL: &url.URL{Scheme: "https", Host: "auth.example"},
		Logger:  slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			_, err := sent.ReadFrom(r.Body)
			assert.Equal(t, "/v1/tenant-1", r.URL.Path)
			assert.Equal(t, "verbose=false", r.URL.RawQuery)
			assert.Equal(t, "test.update", shared.OperationFromContext(r.Context()))
			return respond(r, http.StatusOK, jsonOK), err
		})},
	}
	_, err := transport.Call[envelope](t.Context(), cfg, &opUpdate, &updateRequest{
		Tenant: "tenant-1", Verbose: new(false), Minutes: new(60), Code: "cAnArY-code", Roles: []string{},
		Meta: map[string]any{"plan": "pro"},
	})
	require.NoError(t, err)
	assert.JSONEq(t, `{"minutes": 60, "code": "cAnArY-code", "roles": [], "meta": {"plan": "pro"}}`, sent.String(),
		"the body has only its own fields")
	for _, want := range []string{
		"op=test.update", "request.tenant=tenant-1", "request.verbose=false", "request.minutes=60",
		"request.code=[redacted]", "request.roles=[]", "request.meta.plan=pro",
	} {
		assert.Contains(t, log.String(), want)
	}
	for _, unwanted := range []string{"cAnArY", "name", "<nil>"} {
		assert.NotContains(t, log.String(), unwanted)
	}
	assert.NotRegexp(t, canarytest.Address, log.String())
}

// levels is a slog.Handler that keeps the level, the text and the path of each record.
type levels struct {
	slog.Handler

	mu      sync.Mutex
	records []string
}

func (l *levels) Enabled(context.Context, slog.Level) bool { return true }

func (l *levels) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := r.Level.String() + " " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "path" {
			text += " " + a.Value.String()
		}
		return true
	})
	l.records = append(l.records, text)
	return nil
}

// Calls are logged at Debug, under the template of their path, so that records of one operation have one path.
func TestLog_levelAndPath(t *testing.T) {
	t.Parallel()
	log := new(levels)
	cfg := memoryConfig(func(r *http.Request) *http.Response { return respond(r, http.StatusOK, jsonOK) })
	cfg.Logger = slog.New(log)
	for _, tenant := range []string{"a", "b"} {
		_, err := transport.Call[envelope](t.Context(), cfg, &opUpdate, &updateRequest{Tenant: tenant, Code: "c"})
		require.NoError(t, err)
	}
	assert.Equal(t, slices.Repeat([]string{"DEBUG stytch: call /v1/{tenant}"}, 2), log.records)
}

func TestLog_retries(t *testing.T) {
	t.Parallel()
	for _, statuses := range [][]int{{200}, {503, 200}, {502, 429, 200}, {502, 502, 504}} {
		inBubble(t, fmt.Sprint("the record of a call says how many retries it had, after ", statuses), func(t *testing.T) {
			var log bytes.Buffer
			s := &timedServer{answer: func(n int, r *http.Request) (*http.Response, error) {
				return respond(r, statuses[n-1], jsonOK), nil
			}}
			_, err := getSessions(t.Context(), clientFor(t, s, func(c *stytch.Config) {
				c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			}))
			assert.Equal(t, statuses[len(statuses)-1] != http.StatusOK, err != nil)
			assert.Contains(t, log.String(), fmt.Sprintf(" retries=%d ", len(statuses)-1))
			assert.Equal(t, len(statuses)-1, strings.Count(log.String(), "trying again"))
		})
	}
}

// findRequest has secrets in path and query, which the address has escaped.
type findRequest struct {
	Key   string `json:"key" path:"key" stytch:"secret"`
	Code  string `json:"code" url:"code" stytch:"secret"`
	Plain string `json:"plain" url:"plain"`
}

func (r findRequest) Format(s fmt.State, _ rune) { secret.FormatRequest(s, r) }

func (r findRequest) LogValue() slog.Value { return secret.LogRequest(r) }

func TestErrors_secretsOfTheAddress(t *testing.T) {
	t.Parallel()
	req := &findRequest{Key: "cAnArY/key one", Code: "cAnArY+code&two", Plain: "visible"}
	op := &transport.Op{Name: "test.find", Method: http.MethodGet, Path: "/v1/{key}", Class: transport.SingleUse}
	for name, fail := range map[string]func(*http.Request) (*http.Response, error){
		"the whole address": func(r *http.Request) (*http.Response, error) { return nil, fmt.Errorf("cannot send %s", r.URL) },
		"the path":          func(r *http.Request) (*http.Response, error) { return nil, errors.New("no route: " + r.URL.Path) },
		"the escaped path":  func(r *http.Request) (*http.Response, error) { return nil, errors.New(r.URL.EscapedPath()) },
		"the query":         func(r *http.Request) (*http.Response, error) { return nil, errors.New(r.URL.RawQuery) },
		"a parameter":       func(r *http.Request) (*http.Response, error) { return nil, errors.New(r.URL.Query().Get("code")) },
		"an address in an error of its own": func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: &net.OpError{Op: "dial", Err: errors.New("via " + r.URL.String())}}
		},
		"the address in an API's error": func(r *http.Request) (*http.Response, error) {
			return respond(r, 404, `{"error_message": "nothing at `+r.URL.String()+`"}`), nil
		},
		"the address in a page": func(r *http.Request) (*http.Response, error) {
			return respond(r, 200, "<html>"+r.URL.String()), nil
		},
	} {
		t.Run("an error that quotes "+name+" does not show the secrets in it", func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			cfg := &shared.FetchConfig{
				BaseURL: &url.URL{Scheme: "https", Host: "auth.example"}, HTTPClient: &http.Client{Transport: roundTrip(fail)},
				Logger: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
				Retry:  shared.RetryPolicy{MinDelay: time.Millisecond, MaxDelay: time.Millisecond},
			}
			resp, err := transport.Call[envelope](t.Context(), cfg, op, req)
			require.Nil(t, resp)
			require.Error(t, err)
			hidden := []string{"cAnArY", "key one", "key%20one", "code&two", "code%26two", "key+one"}
			for e := err; e != nil; e = errors.Unwrap(e) {
				canarytest.Hidden(t, e, hidden...)
			}
			canarytest.Hidden(t, log.String(), hidden...)
		})
	}
}

func TestOperationFromContext(t *testing.T) {
	t.Parallel()
	assert.Empty(t, shared.OperationFromContext(t.Context()))
}
