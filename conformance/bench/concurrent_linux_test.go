package bench_test

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stytchauth/stytch-go/v16/stytch/b2b/b2bstytchapi"

	"github.com/seed75add069/stytch-go/internal/benchtest"
)

// exchangesOverTLS returns calls to a server on this machine over HTTP/1.1, with the connections that each SDK has by
// default. The process trusts the server by SSL_CERT_FILE, which it reads once.
func exchangesOverTLS(tb testing.TB) (byOurs, byTheirs func() (string, error)) {
	tb.Helper()
	body := exchangeAnswer(tb)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	tb.Cleanup(s.Close)
	file := filepath.Join(tb.TempDir(), "certificate.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	require.NoError(tb, os.WriteFile(file, text, 0o600))
	tb.Setenv("SSL_CERT_FILE", file)
	return exchanges(ourClient(tb, s.URL, nil),
		officialClient(tb, s.URL, b2bstytchapi.WithSkipJWKSInitialization()))
}

//nolint:paralleltest // it sets a variable of the environment
func TestConcurrent(t *testing.T) {
	ours, theirs := exchangesOverTLS(t)
	requireSame(t, "ada.lovelace@analytical-engines.example", ours, theirs)
}

// BenchmarkConcurrent makes ten calls from each of 64 goroutines. It has the target ns-x-official at most 0.20: five
// times the throughput. The time of the server is in both.
func BenchmarkConcurrent(b *testing.B) {
	const callers, calls = 64, 10
	concurrently := func(v benchtest.Variant) benchtest.Variant {
		return benchtest.Variant{Name: v.Name, Do: func() {
			var wait sync.WaitGroup
			for range callers {
				wait.Go(func() {
					for range calls {
						v.Do()
					}
				})
			}
			wait.Wait()
		}}
	}
	ours, theirs := variants(b, exchangesOverTLS)
	runCosts(b, "call", callers*calls, concurrently(ours), concurrently(theirs))
}
