package intermediatesessions_test

import (
	"bytes"
	"context"
	jsonv1 "encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	"github.com/seed75add069/stytch-go/internal/benchtest"
)

const (
	benchProject = "project-test-11111111-1111-4111-8111-111111111111"
	benchSecret  = "secret-test-11111111-1111-4111-8111-111111111111"
	benchPath    = "/v1/b2b/discovery/intermediate_sessions/exchange"
)

var benchRequest = &intermediatesessions.ExchangeRequest{
	IntermediateSessionToken: "SeiGwdj5lKkrEVgcEY3QNJXt6srxS3IK2Nwkar6mXD4=",
	OrganizationID:           "organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931",
	SessionDurationMinutes:   new(60),
}

// exchangeAnswer returns a made-up answer of some 9 kB, with ids in the documented forms.
func exchangeAnswer(tb testing.TB) []byte {
	tb.Helper()
	raw, err := os.ReadFile("testdata/exchange.json")
	require.NoError(tb, err)
	return raw
}

// memory is a transport that answers from memory.
type memory struct{ body []byte }

var memoryHeader = http.Header{"Content-Type": {"application/json"}}

func (m memory) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: memoryHeader,
		Body: io.NopCloser(bytes.NewReader(m.body)), ContentLength: int64(len(m.body)), Request: r,
	}, nil
}

// sdk returns the call that is measured.
func sdk(tb testing.TB, base string, client *http.Client) benchtest.Variant {
	tb.Helper()
	c, err := stytch.NewClient(stytch.Config{ProjectID: benchProject, Secret: benchSecret, BaseURL: base, HTTPClient: client})
	require.NoError(tb, err)
	return benchtest.Variant{Name: "sdk", Do: func() {
		if _, err := c.B2B.Discovery.IntermediateSessions.Exchange(context.Background(), benchRequest); err != nil {
			tb.Fatal(err)
		}
	}}
}

// byHand returns the same call, written by hand with net/http, with the same structs without methods.
func byHand(
	tb testing.TB, name, base string, client *http.Client,
	marshal func(any) ([]byte, error), unmarshal func([]byte, any) error,
) benchtest.Variant {
	tb.Helper()
	request := reflect.New(benchtest.Plain(reflect.TypeFor[intermediatesessions.ExchangeRequest]())).Interface()
	raw, err := jsonv1.Marshal(benchRequest)
	require.NoError(tb, err)
	require.NoError(tb, jsonv1.Unmarshal(raw, request))
	answer := benchtest.Plain(reflect.TypeFor[intermediatesessions.ExchangeResponse]())
	call := func() error {
		body, err := marshal(request)
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, base+benchPath, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.SetBasicAuth(benchProject, benchSecret)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("User-Agent", "by-hand/1")
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		return unmarshal(raw, reflect.New(answer).Interface())
	}
	return benchtest.Variant{Name: name, Do: func() {
		if err := call(); err != nil {
			tb.Fatal(err)
		}
	}}
}

// baselines returns the calls to compare with, with json/v2 and with encoding/json.
func baselines(tb testing.TB, base string, client *http.Client) (v2, v1 benchtest.Variant) {
	tb.Helper()
	v2 = byHand(tb, "jsonv2", base, client,
		func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
		func(raw []byte, v any) error { return jsonv2.Unmarshal(raw, v) })
	return v2, byHand(tb, "encoding/json", base, client, jsonv1.Marshal, jsonv1.Unmarshal)
}

// BenchmarkExchange_inMemory has targets: x-jsonv2 at most 1.10 without more allocations, x-encoding/json at most 0.50.
func BenchmarkExchange_inMemory(b *testing.B) {
	client := &http.Client{Transport: memory{exchangeAnswer(b)}}
	const base = "https://test.stytch.com"
	v2, v1 := baselines(b, base, client)
	benchtest.Run(b, sdk(b, base, client), v2, v1)
}

// BenchmarkExchange_loopback has targets: x-jsonv2 at most 1.10, x-encoding/json at most 0.80.
func BenchmarkExchange_loopback(b *testing.B) {
	answer := exchangeAnswer(b)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}))
	defer s.Close()
	v2, v1 := baselines(b, s.URL, s.Client())
	benchtest.Run(b, sdk(b, s.URL, s.Client()), v2, v1)
}

// recorder keeps the body of the last request.
type recorder struct {
	memory

	body string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.body = string(raw)
	req.Body = io.NopCloser(bytes.NewReader(raw))
	return r.memory.RoundTrip(req)
}

// The baselines do the work that they are named after: they send the request that the SDK sends, and decode every field
// of the response, into types without methods.
func TestBaselines_doTheSameWork(t *testing.T) {
	t.Parallel()
	const base = "https://test.stytch.com"
	answer := exchangeAnswer(t)
	seen := &recorder{memory: memory{answer}}
	client := &http.Client{Transport: seen}
	sdk(t, base, client).Do()
	want := seen.body
	require.Contains(t, want, benchRequest.IntermediateSessionToken)
	v2, v1 := baselines(t, base, client)
	for _, v := range []benchtest.Variant{v2, v1} {
		seen.body = ""
		v.Do()
		assert.JSONEq(t, want, seen.body, v.Name)
	}
	ours := new(intermediatesessions.ExchangeResponse)
	require.NoError(t, jsonv2.Unmarshal(answer, ours))
	decoded, err := jsonv1.Marshal(ours)
	require.NoError(t, err)
	for name, unmarshal := range map[string]func([]byte, any) error{
		"jsonv2": func(raw []byte, v any) error { return jsonv2.Unmarshal(raw, v) }, "encoding/json": jsonv1.Unmarshal,
	} {
		byHand(t, name, base, client, jsonv1.Marshal, func(raw []byte, v any) error {
			assert.Zero(t, reflect.TypeOf(v).NumMethod(), "methods of ours")
			assert.NoError(t, unmarshal(raw, v))
			again, err := jsonv1.Marshal(v)
			assert.JSONEq(t, string(decoded), string(again), name)
			return err
		}).Do()
	}
}

// allocations is how many a call makes, those of net/http and of decoding included. Four are for the hooks of httptrace.
const allocations = 247

//nolint:paralleltest // it counts allocations
func TestExchange_allocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	client := &http.Client{Transport: memory{exchangeAnswer(t)}}
	const base = "https://test.stytch.com"
	v2, v1 := baselines(t, base, client)
	ours := benchtest.Allocs(sdk(t, base, client).Do)
	assert.LessOrEqual(t, ours, float64(allocations))
	assert.LessOrEqual(t, ours, benchtest.Allocs(v2.Do))
	assert.Less(t, ours, benchtest.Allocs(v1.Do))
}
