package state_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// A redirect URL of an app that is taken leads by https to its host, or by http to this machine, whoever parses it.
func FuzzCheckRedirectURLs(f *testing.F) {
	for _, seed := range []string{
		"https://app.example/callback?a=b", "http://localhost:3000/", "http://127.0.0.1", "http://[::1]:80/", "https://a@b/",
		`https://app.example\@evil.example/`, "https://*.app.example/", "https://a/#", "javascript:x", "//a", "http://127.0.0.1.evil.example/",
		"https://\u0430.example", "https://a:99999/", "HTTPS://A", "https:a", "https://a/%0d%0a",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if state.CheckRedirectURLs([]string{raw}) != nil {
			return
		}
		assert.Error(t, state.CheckRedirectURLs([]string{raw, raw}), "it occurs twice")
		assert.False(t, strings.ContainsAny(raw, "*#\\\" \t\r\n\x00"))
		assert.LessOrEqual(t, len(raw), state.MaxURL)
		u, err := url.Parse(raw)
		require.NoError(t, err)
		assert.Nil(t, u.User)
		assert.NotEmpty(t, u.Hostname())
		if u.Scheme == "http" {
			addr, err := netip.ParseAddr(u.Hostname())
			assert.True(t, u.Hostname() == "localhost" || err == nil && addr.IsLoopback())
		} else {
			assert.Equal(t, "https", u.Scheme)
		}
		again, err := url.Parse(u.String())
		require.NoError(t, err)
		assert.Equal(t, u.Host, again.Host)
	})
}
