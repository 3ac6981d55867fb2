// Package bench_test compares the speed of the SDK with that of Stytch's own SDK for Go. It needs no network: responses
// come from memory or from a server on this machine.
package bench_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stytchauth/stytch-go/v16/stytch/b2b/b2bstytchapi"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/benchtest"
	"github.com/seed75add069/stytch-go/internal/minttest"
)

const testBase = "https://test.stytch.com"

// roundTrip is an http.RoundTripper that answers from memory.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

var jsonHeader = http.Header{"Content-Type": {"application/json"}}

// answer returns a response with status 200, whose body consists of parts.
func answer(r *http.Request, parts ...[]byte) *http.Response {
	resp := &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: jsonHeader, Request: r,
	}
	readers := make([]io.Reader, len(parts))
	for i, part := range parts {
		readers[i] = bytes.NewReader(part)
		resp.ContentLength += int64(len(part))
	}
	if len(readers) == 1 {
		resp.Body = io.NopCloser(readers[0])
	} else {
		resp.Body = io.NopCloser(io.MultiReader(readers...))
	}
	return resp
}

// ourClient returns a client of this SDK. Without an http.Client it has its own.
func ourClient(tb testing.TB, base string, client *http.Client) *stytch.Client {
	tb.Helper()
	c, err := stytch.NewClient(stytch.Config{
		ProjectID: minttest.Project, Secret: minttest.Secret, BaseURL: base, HTTPClient: client,
	})
	require.NoError(tb, err)
	return c
}

// officialClient is the same of Stytch's SDK. Options may add to it.
func officialClient(tb testing.TB, base string, options ...b2bstytchapi.Option) *b2bstytchapi.API {
	tb.Helper()
	options = append(options, b2bstytchapi.WithBaseURI(base), b2bstytchapi.WithInitializationContext(tb.Context()))
	c, err := b2bstytchapi.NewClient(minttest.Project, minttest.Secret, options...)
	require.NoError(tb, err)
	return c
}

// exchangeAnswer returns a response of Exchange of some 9 kB.
func exchangeAnswer(tb testing.TB) []byte {
	tb.Helper()
	raw, err := os.ReadFile("../../b2b/discovery/intermediatesessions/testdata/exchange.json")
	require.NoError(tb, err)
	var compact bytes.Buffer
	require.NoError(tb, json.Compact(&compact, raw))
	return compact.Bytes()
}

// variants returns the same work with this SDK and with Stytch's, which prepare returns.
func variants[T any](
	b *testing.B, prepare func(testing.TB) (ours, official func() (T, error)),
) (ours, official benchtest.Variant) {
	b.Helper()
	do := func(f func() (T, error)) func() {
		return func() {
			if _, err := f(); err != nil {
				b.Error(err)
			}
		}
	}
	byOurs, byOfficial := prepare(b)
	return benchtest.Variant{Name: "ours", Do: do(byOurs)}, benchtest.Variant{Name: "official", Do: do(byOfficial)}
}

// requireSame fails unless both ways to do the work return the same, and that is want.
func requireSame[T any](t *testing.T, want T, ours, official func() (T, error)) {
	t.Helper()
	for name, f := range map[string]func() (T, error){"ours": ours, "official": official} {
		got, err := f()
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
}
