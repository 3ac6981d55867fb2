package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
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

// serves starts the program with a data file, and reports whether it runs until it is stopped.
func serves(t *testing.T, file string) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"--addr", "127.0.0.1:0", "--quiet", "--data", file}, in, io.Discard)
		_ = in.Close()
	}()
	_, _ = bufio.NewReader(out).ReadString('\n')
	go func() { _, _ = io.Copy(io.Discard, out) }()
	cancel()
	return <-done
}

// id is the id of the project in a data file.
func id(t *testing.T, file string) string {
	t.Helper()
	c, rest, err := dataFile(file).open()
	require.NoError(t, err)
	require.NoError(t, rest.Close())
	return c.ProjectID
}

func TestData_isOfOneProgramAtATime(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there is no lock")
	}
	folder := t.TempDir()
	file, link := filepath.Join(folder, "data"), filepath.Join(folder, "link")
	require.NoError(t, os.Symlink(file, link))
	_, env, stop := started(t, "--addr", "127.0.0.1:0", "--quiet", "--data", file)
	require.ErrorContains(t, serves(t, file), "in use by another stytch-emulator")
	require.ErrorContains(t, serves(t, link), "in use by another stytch-emulator", "by whatever path")
	stop()
	require.NoError(t, serves(t, file))
	assert.Equal(t, env["STYTCH_PROJECT_ID"], id(t, file))
}

func TestData_linksAreFollowed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file, link, second := filepath.Join(folder, "far", "data"), filepath.Join(folder, "link"), filepath.Join(folder, "second")
	require.NoError(t, os.Mkdir(filepath.Dir(file), 0o700))
	if err := os.Symlink(filepath.Join("far", "data"), link); err != nil {
		t.Skip(err)
	}
	require.NoError(t, os.Symlink(link, second))
	require.NoError(t, serves(t, second), "the file that a link leads to may be missing")
	project := id(t, file)
	require.NoError(t, serves(t, link))
	assert.Equal(t, project, id(t, file))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeSymlink, "it is still a link")

	circle := filepath.Join(folder, "circle")
	require.NoError(t, os.Symlink(circle, circle))
	require.Error(t, serves(t, circle))
}

func TestData_whatCannotBeSavedIsRefused(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.Error(t, serves(t, filepath.Join(folder, "none", "data")), "the directory is missing")
	require.Error(t, serves(t, folder), "it is a directory")
	file := filepath.Join(folder, "data")
	require.NoError(t, os.MkdirAll(filepath.Join(file+".tmp", "x"), 0o700))
	require.ErrorContains(t, serves(t, file), "data.tmp")
	assert.NoFileExists(t, file)
}

func TestData_replacesWhatAKilledProgramHasLeft(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "data")
	require.NoError(t, os.WriteFile(file+".tmp", []byte("half"), 0o600))
	require.NoError(t, os.WriteFile(file+".lock", nil, 0o600))
	require.NoError(t, serves(t, file))
	assert.NotEmpty(t, id(t, file))
	assert.NoFileExists(t, file+".tmp")
}

// A save that has failed is tried again, although nothing is changed.
func TestData_isSavedLater(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data")
	obstacle := filepath.Join(file+".tmp", "x")
	require.NoError(t, os.MkdirAll(obstacle, 0o700))
	synctest.Test(t, func(t *testing.T) {
		em, err := emulator.New(emulator.Config{})
		require.NoError(t, err)
		p := em.Project()
		ctx, cancel := context.WithCancel(t.Context())
		var failures atomic.Int64
		done := make(chan error)
		go func() {
			done <- dataFile(file).keep(ctx, p, p.Changed(), func(error) { failures.Add(1) })
		}()
		synctest.Wait()
		require.NoError(t, p.SetSettings(emulator.Settings{RateLimits: true}))
		time.Sleep(time.Second)
		assert.EqualValues(t, 1, failures.Load())
		time.Sleep(retryInterval)
		assert.EqualValues(t, 2, failures.Load())
		require.NoError(t, os.RemoveAll(file+".tmp"))
		time.Sleep(2 * retryInterval)
		assert.EqualValues(t, 2, failures.Load())
		assert.FileExists(t, file)
		cancel()
		require.NoError(t, <-done)
	})
}
