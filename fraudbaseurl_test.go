package stytch_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2c/fraud/fingerprint"
)

// fraudHost returns where a client sends a call to the fraud API.
func fraudHost(t *testing.T, config stytch.Config) (host string) {
	t.Helper()
	config.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		host = r.URL.Scheme + "://" + r.URL.Host + r.URL.Path
		return respond(r, http.StatusOK, jsonOK), nil
	})}
	c, err := stytch.NewClient(config)
	require.NoError(t, err)
	_, _ = c.B2C.Fraud.Fingerprint.Lookup(t.Context(), &fingerprint.LookupRequest{TelemetryID: "t"})
	return host
}

func TestNewClient_fraudBaseURL(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ base, fraud, want string }{
		"by default":                      {"", "", "https://telemetry.stytch.com"},
		"beside a custom domain":          {"https://login.example.com", "", "https://telemetry.stytch.com"},
		"beside the API's own address":    {"https://test.stytch.com", "", "https://telemetry.stytch.com"},
		"beside the emulator":             {"http://127.0.0.1:4100", "", "http://127.0.0.1:4100"},
		"beside localhost":                {"http://LOCALHOST:4100/", "", "http://localhost:4100"},
		"beside https on loopback":        {"https://[::1]:4100", "", "https://[::1]:4100"},
		"beside an emulator with a path":  {"http://127.0.0.1:4100/stytch", "", "http://127.0.0.1:4100/stytch"},
		"beside a container":              {"http://emulator:4100", "", "http://emulator:4100"},
		"of its own beside the emulator":  {"http://127.0.0.1:4100", "http://127.0.0.1:4101", "http://127.0.0.1:4101"},
		"the API's, beside the emulator":  {"http://127.0.0.1:4100", "https://telemetry.stytch.com", "https://telemetry.stytch.com"},
		"a custom domain":                 {"", "https://fraud.example.com", "https://fraud.example.com"},
		"loopback, beside the API's own":  {"", "http://localhost:4100", "http://localhost:4100"},
		"a prefix that begins with /v1":   {"", "https://gateway.example/v1/fraud", "https://gateway.example/v1/fraud"},
		"a prefix that ends in v1 itself": {"", "https://gateway.example/stytch-v1", "https://gateway.example/stytch-v1"},
	} {
		t.Run("the fraud API's address is right "+name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want+"/v1/fingerprint/lookup", fraudHost(t, stytch.Config{
				ProjectID: testID, Secret: secretText, BaseURL: tt.base, FraudBaseURL: tt.fraud, AllowPlainHTTP: true,
			}))
		})
	}
	t.Run("a live project's calls follow it too", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "http://127.0.0.1:4100/v1/fingerprint/lookup", fraudHost(t, stytch.Config{
			ProjectID: liveID, Secret: liveSecret, BaseURL: "http://127.0.0.1:4100", AllowLiveOnLoopback: true,
		}))
	})
}
