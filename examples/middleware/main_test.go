package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// browser is a person's browser. It follows redirects and keeps cookies.
type browser struct {
	t      *testing.T
	client *http.Client
	origin string
}

func newBrowser(t *testing.T, origin string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{t, &http.Client{Jar: jar, Transport: transport}, origin}
}

// send opens a page, or sends a form if there is one. It returns status, final path and body.
func (b *browser) send(method, address string, form url.Values) (status int, path, body string) {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.origin + address
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(form.Encode()))
	require.NoError(b.t, err)
	r.Header.Set("Accept", "text/html")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.client.Do(r)
	require.NoError(b.t, err)
	text, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	require.NoError(b.t, resp.Body.Close())
	return resp.StatusCode, resp.Request.URL.Path, string(text)
}

func (b *browser) logIn(server *stytchtest.Server, email string) {
	b.t.Helper()
	_, path, _ := b.send(http.MethodGet, "/", nil)
	require.Equal(b.t, "/auth/login", path, "nobody sees notes without a session")
	_, _, sent := b.send(http.MethodPost, "/auth/start", url.Values{"email": {email}, "next": {"/"}})
	require.Contains(b.t, sent, "Check your mail")
	status, path, body := b.send(http.MethodGet, server.WaitMessage(email).Link, nil)
	require.Equal(b.t, http.StatusOK, status)
	require.Equal(b.t, "/", path)
	require.Contains(b.t, body, "Notes of analytical-engines")
}

func TestRun_twoPeopleShareNotesAndOneMayDeleteThem(t *testing.T) {
	t.Parallel()
	server := stytchtest.NewServer() // run is in another goroutine, where t must not be failed
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, server, "localhost:0", writer)
		_ = writer.Close()
		ended <- err
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	require.NoError(t, err)
	origin := strings.TrimSpace(strings.TrimPrefix(line, "Notes:"))

	ada, charles := newBrowser(t, origin), newBrowser(t, origin)
	ada.logIn(server, "ada@example.com")
	charles.logIn(server, "charles@example.com")
	_, _, body := charles.send(http.MethodPost, "/notes", url.Values{"text": {"<Order cards>"}})
	assert.Contains(t, body, "&lt;Order cards&gt;")

	status, _, body := charles.send(http.MethodPost, "/clear", url.Values{})
	assert.Equal(t, http.StatusForbidden, status, "a member may not delete them")
	assert.Contains(t, body, "You are not allowed to do this.")
	_, _, body = ada.send(http.MethodGet, "/", nil)
	assert.Contains(t, body, "&lt;Order cards&gt;", "both see the notes of their organization")
	status, _, body = ada.send(http.MethodPost, "/clear", url.Values{})
	assert.Equal(t, http.StatusOK, status, "an administrator may")
	assert.NotContains(t, body, "Order cards")

	_, path, _ := ada.send(http.MethodPost, "/auth/logout", url.Values{})
	assert.Equal(t, "/auth/login", path, "a logout leads to the notes, and those to the login")
	_, path, _ = charles.send(http.MethodGet, "/", nil)
	assert.Equal(t, "/", path, "others stay logged in")

	cancel()
	require.NoError(t, <-ended, "the program ends once it is told to")
}
