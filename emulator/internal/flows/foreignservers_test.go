package flows_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// refusal is the text of the error of a call.
func refusal(t *testing.T, err error) string {
	t.Helper()
	e, ok := errors.AsType[*stytcherror.Error](err)
	require.True(t, ok, "%v", err)
	return e.Message
}

// banner is a server that says who it is, and is not one of HTTP.
func banner(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "SSH-2.0-secret\r\n")
			_ = conn.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}

// Whoever may set the URLs of a connection must not learn from errors what listens on the emulator's machine.
func TestForeignServers_errorsSayNothingOfWhatAnswers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	c, s := h.pendingOIDC(org).ConnectionID, h.newSAML(org).ConnectionID
	warning := func(issuer string) string {
		updated, err := h.updateOIDC(org, c, func(r *oidc.UpdateConnectionRequest) { r.Issuer = &issuer })
		require.NoError(t, err)
		return updated.Warning
	}
	metadata := func(url string) string {
		_, err := h.api.B2B.SSO.SAML.UpdateByURL(t.Context(), &saml.UpdateByURLRequest{
			OrganizationID: org, ConnectionID: s, MetadataURL: url,
		})
		return refusal(t, err)
	}
	migrate := func(url string) string {
		require.NoError(t, h.SetSettings(emulator.Settings{UserInfoURL: url}))
		_, err := h.api.B2B.Sessions.Migrate(t.Context(), &sessions.MigrateRequest{SessionToken: "x", OrganizationID: org})
		return refusal(t, err)
	}
	empty, speaking := site(t, nil), banner(t)
	nobody, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	refusing := "http://" + nobody.Addr().String()
	require.NoError(t, nobody.Close())
	page := site(t, map[string]http.HandlerFunc{"/": serves("<html><secret></html>")})
	elsewhere := site(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://secret.example/", http.StatusFound)
	}})
	for name, ask := range map[string]func(string) string{"OIDC": warning, "SAML": metadata, "migration": migrate} {
		assert.Contains(t, ask(speaking), "the server does not answer.", name)
		assert.Equal(t, ask(refusing), ask(speaking), name)
		assert.Contains(t, ask(empty), "the server answers with status 404", name)
		assert.Contains(t, ask(elsewhere), "the server leads elsewhere", name)
		assert.NotContains(t, ask(page), "secret", name)
	}
}

// The userinfo URL of a project is asked as the URLs of connections are.
func TestForeignServers_userinfoURLIsAskedLikeThoseOfConnections(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	var asked http.Header
	large := make([]byte, 2<<20)
	base := site(t, map[string]http.HandlerFunc{
		"/me": func(w http.ResponseWriter, r *http.Request) {
			asked = r.Header
			_, _ = io.WriteString(w, `{"email": "ada@example.com"}`)
		},
		"/large": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(large) },
	})
	migrate := func(url string) error {
		require.NoError(t, h.SetSettings(emulator.Settings{UserInfoURL: url}))
		_, err := h.api.B2B.Sessions.Migrate(t.Context(), &sessions.MigrateRequest{SessionToken: "x", OrganizationID: org})
		return err
	}
	require.NoError(t, migrate(base+"/me"))
	assert.Equal(t, "cross-site", asked.Get("Sec-Fetch-Site"), "as for a page of another origin")
	require.ErrorIs(t, migrate(base+"/large"), stytcherror.CodeMigrateFromExternalUnexpectedResponse)
	away := site(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, base+"/me", http.StatusFound)
	}})
	require.ErrorContains(t, migrate(away), "leads elsewhere")
}
