package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	stytch "github.com/seed75add069/stytch-go"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/emulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// started runs the program until the test ends or stop is called, and returns its first line and the environment that it
// prints. stop returns what it wrote to standard error.
func started(t *testing.T, args ...string) (base string, env map[string]string, stop func() string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	var log bytes.Buffer
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, args, in, &log)
		_ = in.Close()
	}()
	stop = sync.OnceValue(func() string {
		cancel()
		assert.NoError(t, <-done)
		return log.String()
	})
	t.Cleanup(func() { stop() })
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	base, env = lines.Text(), map[string]string{}
	for len(env) < 5 && lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), "=")
		env[name] = value
	}
	return base, env, stop
}

// statusOf is the status of a GET request for a host.
func statusOf(t *testing.T, url, host string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	req.Host = host
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}

func TestRun_servesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	base, env, stop := started(t, "--addr", "127.0.0.1:0", "--project-id", "project-test-1", "--secret", "s3cret")
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+$`, base, "the first line is the base URL")
	assert.Equal(t, map[string]string{
		"STYTCH_PROJECT_ID": "project-test-1", "STYTCH_SECRET": "s3cret",
		"STYTCH_PUBLIC_TOKEN": "public-token-test-45d4b140-25b4-4b61-b7c0-4c2baa3eb73a",
		"STYTCH_BASE_URL":     base, "STYTCH_FRAUD_BASE_URL": base,
	}, env)

	client, err := stytch.NewClient(stytch.Config{ProjectID: "project-test-1", Secret: "s3cret", BaseURL: base})
	require.NoError(t, err)
	_, err = client.B2B.MagicLinks.Email.Discovery.Send(t.Context(), &magiclinksemaildiscovery.SendRequest{EmailAddress: "ada@example.com"})
	require.NoError(t, err)
	client.CloseIdleConnections()
	log := stop()
	assert.Contains(t, log, "ada@example.com", "messages are logged")
	assert.NotContains(t, log, "WARNING")
}

// The printed URL works, and an address that is not loopback is said aloud, even with --quiet.
func TestRun_printsAURLThatWorks(t *testing.T) {
	t.Parallel()
	for addr, row := range map[string]struct {
		base   string
		remote bool
	}{
		"127.0.0.1:0":          {`^http://127\.0\.0\.1:\d+$`, false},
		"localhost:0":          {`^http://(127\.0\.0\.1|\[::1\]):\d+$`, false},
		"127.0.0.5:0":          {`^http://127\.0\.0\.5:\d+$`, false},
		"0.0.0.0:0":            {`^http://127\.0\.0\.1:\d+$`, true},
		":0":                   {`^http://127\.0\.0\.1:\d+$`, true},
		"[::]:0":               {`^http://127\.0\.0\.1:\d+$`, true},
		"[::ffff:0.0.0.0]:0":   {`^http://127\.0\.0\.1:\d+$`, true},
		"[::ffff:127.0.0.1]:0": {`^http://127\.0\.0\.1:\d+$`, false},
		"[::1]:0":              {`^http://\[::1\]:\d+$`, false},
	} {
		t.Run(addr, func(t *testing.T) {
			t.Parallel()
			if strings.HasPrefix(addr, "[::1]") && !listens(t, addr) {
				t.Skip("no IPv6")
			}
			if row.remote {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				err := run(ctx, []string{"--addr", addr, "--quiet"}, io.Discard, io.Discard)
				require.ErrorContains(t, err, "--allow-remote", "without the flag it is refused")
			}
			base, env, stop := started(t, "--addr", addr, "--quiet", "--allow-remote")
			assert.Regexp(t, row.base, base)
			assert.Equal(t, base, env["STYTCH_BASE_URL"])
			assert.Equal(t, http.StatusOK, statusOf(t, base+"/_emulator/health", ""))
			if log := stop(); row.remote {
				assert.Contains(t, log, "WARNING")
			} else {
				assert.Empty(t, log)
			}
		})
	}
}

// What is printed makes a client, wherever the program listens, and allows plain http only where it must.
func TestRun_printsAnEnvironmentThatWorks(t *testing.T) {
	t.Setenv("STYTCH_PROJECT_ID", "")
	em, err := emulator.New(emulator.Config{})
	require.NoError(t, err)
	for addr, plainHTTP := range map[string]bool{
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "::ffff:127.0.0.1": false, "0.0.0.0": false, "::": false,
		"10.1.2.3": true, "192.0.2.2": true, "172.17.0.1": true, "128.0.0.1": true, "169.254.1.1": true, "2001:db8::1": true,
		"::ffff:10.0.0.1": true, "fe80::1": true, "::2": true, "0.0.0.1": true,
	} {
		tcp := &net.TCPAddr{IP: net.ParseIP(addr), Port: 4100}
		text := firstLines(tcp, em.Project())
		assert.Equal(t, plainHTTP, strings.HasSuffix(text, "\nSTYTCH_ALLOW_PLAIN_HTTP=true\n"), addr)
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		t.Setenv("STYTCH_ALLOW_PLAIN_HTTP", "")
		for _, line := range lines[1:] {
			name, value, _ := strings.Cut(line, "=")
			t.Setenv(name, value)
		}
		client, err := stytch.NewClient(stytch.ConfigFromEnv())
		require.NoError(t, err, addr)
		assert.Equal(t, lines[0], client.BaseURL())
		t.Setenv("STYTCH_ALLOW_PLAIN_HTTP", "")
		_, err = stytch.NewClient(stytch.ConfigFromEnv())
		assert.Equal(t, plainHTTP, err != nil, "%s: without it the client is refused: %v", addr, err)
	}
}

// --help and the document name the same flags.
func TestRun_flagsAreDocumented(t *testing.T) {
	t.Parallel()
	var help bytes.Buffer
	err := run(t.Context(), []string{"--help"}, io.Discard, &help)
	require.ErrorIs(t, err, flag.ErrHelp)
	doc, err := os.ReadFile("../../docs/EMULATOR.md")
	require.NoError(t, err)
	names := func(form, text string) (list []string) {
		for _, m := range regexp.MustCompile(form).FindAllStringSubmatch(text, -1) {
			list = append(list, m[1])
		}
		return list
	}
	flags := names(`(?m)^  -([a-z-]+(?: [A-Z]+)?)$`, help.String())
	assert.GreaterOrEqual(t, len(flags), 9)
	assert.ElementsMatch(t, flags, names("(?m)^\\| `--([a-z-]+(?: [A-Z]+)?)` \\|", string(doc)), "a row of the table for each flag")
	assert.NotContains(t, help.String(), " value\n", "an argument has a name")
}

func listens(t *testing.T, addr string) bool {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", addr)
	return err == nil && listener.Close() == nil
}

func TestRun_answersToHosts(t *testing.T) {
	t.Parallel()
	base, _, _ := started(t, "--addr", "localhost:0", "--quiet", "--host", "emulator", "--host", "Stytch.Test")
	for host, want := range map[string]int{
		"emulator": 200, "emulator:4100": 200, "stytch.test": 200, "localhost": 200, "10.1.2.3:1": 200, "evil.example": 403, "emulator.evil.example": 403,
	} {
		for _, path := range []string{"/_emulator/inbox", "/_emulator/snapshot", "/_emulator/"} {
			assert.Equal(t, want, statusOf(t, base+path, host), "%s %s", host, path)
		}
	}
}

func TestServer_noClientOccupiesIt(t *testing.T) {
	t.Parallel()
	server := newServer(nil)
	assert.Positive(t, server.ReadHeaderTimeout)
	assert.Positive(t, server.IdleTimeout)
	assert.Greater(t, server.WriteTimeout, 11*time.Minute, "a fault may wait ten minutes, a request for the inbox one")
	assert.LessOrEqual(t, server.MaxHeaderBytes, 1<<20)
	assert.Greater(t, server.MaxHeaderBytes, 896<<10, "the JWT of a session with many roles may be in a header")
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
		"a host with a port":      {"--host", "emulator:4100"},
		"an empty host":           {"--host", ""},
		"any host":                {"--host", "*"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			require.Error(t, run(ctx, args, io.Discard, io.Discard))
		})
	}
}
