package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
)

// newClient returns a client for what a program has printed.
func newClient(t *testing.T, env map[string]string) *stytch.Client {
	t.Helper()
	client, err := stytch.NewClient(stytch.Config{
		ProjectID: env["STYTCH_PROJECT_ID"], Secret: env["STYTCH_SECRET"], BaseURL: env["STYTCH_BASE_URL"],
	})
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

func TestData_survivesTheProgram(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data")
	_, env, stop := started(t, "--addr", "127.0.0.1:0", "--data", file, "--redirect-url", "http://localhost/in")
	client := newClient(t, env)
	_, err := client.B2B.MagicLinks.Email.Discovery.Send(t.Context(),
		&magiclinksemaildiscovery.SendRequest{EmailAddress: "ada@example.com"})
	require.NoError(t, err)
	assert.Eventually(t, func() bool {
		data, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(data), "ada@example.com")
	}, 10*time.Second, 10*time.Millisecond, "it is written after changes")
	token := linkToken(t, file)
	proof, err := client.B2B.MagicLinks.Discovery.Authenticate(t.Context(),
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: token})
	require.NoError(t, err)
	created, err := client.B2B.Discovery.Organizations.Create(t.Context(),
		&discoveryorganizations.CreateRequest{IntermediateSessionToken: proof.IntermediateSessionToken})
	require.NoError(t, err)
	assert.NotContains(t, stop(), "not saved")

	_, again, _ := started(t, "--addr", "127.0.0.1:0", "--data", file)
	assert.Equal(t, env["STYTCH_PROJECT_ID"], again["STYTCH_PROJECT_ID"])
	assert.Equal(t, env["STYTCH_SECRET"], again["STYTCH_SECRET"])
	_, err = newClient(t, again).B2B.Sessions.Authenticate(t.Context(),
		&sessions.AuthenticateRequest{SessionJWT: &created.SessionJWT})
	require.NoError(t, err)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "it has private keys")
}

// linkToken is the token of the newest message in a data file.
func linkToken(t *testing.T, file string) string {
	t.Helper()
	em, err := dataFile(file).newProject(emulator.Config{})
	require.NoError(t, err)
	return em.Project().Inbox().Messages("")[0].Token
}

func TestData_refusals(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	good := filepath.Join(folder, "good")
	em, err := emulator.New(emulator.Config{ProjectID: "project-test-1", Secret: "secret-test-1"})
	require.NoError(t, err)
	require.NoError(t, dataFile(good).save(em.Project()))
	whole, err := os.ReadFile(good)
	require.NoError(t, err)
	for name, content := range map[string]string{
		"empty": "", "another file": "{}\n", "no snapshot": `{"project_id": "p", "secret": "s"}`, "cut": string(whole[:len(whole)-9]),
	} {
		file := filepath.Join(folder, "bad")
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		_, err := dataFile(file).newProject(emulator.Config{})
		require.ErrorContains(t, err, file, name)
		kept, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, content, string(kept), "a file that is refused is not overwritten")
	}
	_, err = dataFile(good).newProject(emulator.Config{ProjectID: "project-test-2"})
	require.ErrorContains(t, err, "is of the project project-test-1")
	changed, err := dataFile(good).newProject(emulator.Config{ProjectID: "project-test-1", Secret: "secret-test-2"})
	require.NoError(t, err)
	assert.Equal(t, "secret-test-2", changed.Project().Secret(), "another secret may be given")
	require.Error(t, dataFile(filepath.Join(folder, "none", "file")).save(em.Project()))
	left, err := filepath.Glob(filepath.Join(folder, "*.*"))
	require.NoError(t, err)
	assert.Empty(t, left, "no temporary file is left")
}
