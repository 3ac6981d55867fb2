package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	stytch "github.com/seed75add069/stytch-go"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun_servesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	var log bytes.Buffer
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"--addr", "127.0.0.1:0", "--project-id", "project-test-1", "--secret", "s3cret"}, in, &log)
		_ = in.Close()
	}()
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	base := lines.Text()
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+$`, base, "the first line is the base URL")
	env := map[string]string{}
	for len(env) < 4 && lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), "=")
		env[name] = value
	}
	assert.Equal(t, map[string]string{
		"STYTCH_PROJECT_ID": "project-test-1", "STYTCH_SECRET": "s3cret",
		"STYTCH_BASE_URL": base, "STYTCH_FRAUD_BASE_URL": base,
	}, env)

	client, err := stytch.NewClient(stytch.Config{ProjectID: "project-test-1", Secret: "s3cret", BaseURL: base})
	require.NoError(t, err)
	_, err = client.B2B.MagicLinks.Email.Discovery.Send(t.Context(), &magiclinksemaildiscovery.SendRequest{EmailAddress: "ada@example.com"})
	require.NoError(t, err)
	client.CloseIdleConnections()
	cancel()
	require.NoError(t, <-done)
	assert.Contains(t, log.String(), "ada@example.com", "messages are logged")
}

func TestRun_refuses(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"an unknown flag":         {"--nothing"},
		"an unexpected argument":  {"serve"},
		"a live project":          {"--project-id", "project-live-1"},
		"a malformed address":     {"--addr", "nowhere:x"},
		"a malformed snapshot":    {"--snapshot", "main.go"},
		"a missing snapshot":      {"--snapshot", filepath.Join(t.TempDir(), "none")},
		"a relative redirect URL": {"--redirect-url", "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Error(t, run(t.Context(), args, io.Discard, io.Discard))
		})
	}
}
