package flows_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/emulator/internal/b2b"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/project"
	"github.com/seed75add069/stytch-go/emulator/internal/scim"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// begin is when the clock of a sequence begins. It stands still between moves.
var begin = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// newProject returns a project without the parts around it, so that tests see its rows.
func newProject() *engine.Project {
	config := state.Config{
		ProjectID: "project-test-1", Seed: 1, RedirectURL: "http://localhost:3000/", Log: slog.New(slog.DiscardHandler),
	}
	return engine.NewProject(config, "secret-test-1", func() time.Time { return begin })
}

// sequence is a random sequence of calls of a project, and what is known from their answers.
type sequence struct {
	t       require.TestingT
	project *engine.Project
	server  http.Handler
	api     *stytch.Client
	known   *knowledge
	// status and body are those of the last answer, nil without one: a client refuses some requests by itself.
	status int
	body   []byte
	// snapshot is the state after the last call.
	snapshot []byte
}

func newSequence(t require.TestingT, known *knowledge) *sequence {
	s := &sequence{t: t, project: newProject(), known: known.clone()}
	s.server = engine.NewServer(slices.Concat(b2b.Routes(), project.Routes(), scim.Routes()),
		&engine.Projects{
			ByID: func(string) *engine.Project { return s.project },
			All:  func() []*engine.Project { return []*engine.Project{s.project} },
		}, slog.New(slog.DiscardHandler))
	api, err := stytch.NewClient(stytch.Config{
		ProjectID: s.project.ID, Secret: s.project.Secret, BaseURL: "http://localhost:1", FraudBaseURL: "http://localhost:1",
		Now: func() time.Time { return s.project.Clock.Now() },
		HTTPClient: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Body == nil {
				r.Body = http.NoBody
			}
			resp := s.serve(r)
			resp.Body, resp.Request = io.NopCloser(bytes.NewReader(s.body)), r
			return resp, nil
		})},
	})
	require.NoError(t, err)
	s.api = api
	return s
}

// serve answers a request, and keeps status and body.
func (s *sequence) serve(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	s.status, s.body = w.Code, w.Body.Bytes()
	return w.Result()
}

// beginning is the state that all sequences begin with, and what is known of it. Its signing key takes long to make.
var beginning = sync.OnceValue(func() *sequence {
	s := newSequence(must{}, newKnowledge())
	s.found()
	s.snapshot = s.take()
	return s
})

// must is a test that fails by a panic.
type must struct{}

func (must) Errorf(format string, args ...any) { panic(errors.New("beginning: " + format)) }
func (must) FailNow()                          { panic("beginning") }

// resumed is a sequence that begins with the beginning.
func resumed(t require.TestingT) *sequence {
	first := beginning()
	s := newSequence(t, first.known)
	require.NoError(t, s.project.Restore(bytes.NewReader(first.snapshot)))
	s.snapshot = first.snapshot
	return s
}

func (s *sequence) take() []byte {
	var b bytes.Buffer
	require.NoError(s.t, s.project.Snapshot(&b))
	return b.Bytes()
}

// call is one call of a sequence.
type call struct {
	name string
	// do makes the call. A client refuses some requests by itself.
	do func(ctx context.Context, opts ...shared.RequestOption) error
	// What the call presents, empty where it presents nothing of the kind. caller is the session that it acts for.
	link, code, ist, token, jwt, sessionID, caller string
	// ends says which sessions a success ends.
	ends func(*knownSession) bool
	// revokes says that a refusal may end what came of the proof, because it was used before.
	revokes bool
	// exchanges says that the call leads its session to another organization.
	exchanges bool
	// within are the organizations that the answer may be about, nil for all.
	within []string
}

func do[Req, Resp any](
	name string, operation func(context.Context, *Req, ...shared.RequestOption) (*Resp, error), req *Req,
) *call {
	return &call{name: name, do: func(ctx context.Context, opts ...shared.RequestOption) error {
		_, err := operation(ctx, req, opts...)
		return err
	}}
}

// make makes a call without a look at its outcome.
func (s *sequence) make(c *call) error {
	s.status, s.body = 0, nil
	var opts []shared.RequestOption
	if c.caller != "" {
		opts = append(opts, as(c.caller))
	}
	return c.do(context.Background(), opts...)
}

// counters are what a wrong code changes.
var counters = regexp.MustCompile(`,?"(failures|lock_created_at|lock_expires_at)":("[^"]*"|[0-9]+|null)`)

// guesses are the errors of wrong codes and passwords.
var guesses = []stytcherror.Code{
	stytcherror.CodeOTPCodeNotFound, stytcherror.CodeUnauthorizedCredentials, stytcherror.CodeUnableToAuthenticateTOTP,
	stytcherror.CodeUnableToAuthenticateRecoveryCode, stytcherror.CodeMemberResetPassword,
}

// step makes a call and checks all that must hold after it.
func (s *sequence) step(c *call) {
	before := s.snapshot
	err := s.make(c)
	s.snapshot = s.take()
	if t, ok := s.t.(*rapid.T); ok {
		t.Logf("%s: %d %.300s", c.name, s.status, s.body)
	}
	require.True(s.t, s.status < 500 || s.status == http.StatusNotImplemented, "%s: %s", c.name, s.body)
	if err != nil {
		if c.revokes && s.known.spent[c.link] {
			return
		}
		after := s.snapshot
		if slices.ContainsFunc(guesses, func(code stytcherror.Code) bool { return errors.Is(err, code) }) {
			before, after = counters.ReplaceAll(before, nil), counters.ReplaceAll(after, nil)
		}
		require.Equal(s.t, string(before), string(after), "%s was refused: %v", c.name, err)
		return
	}
	now := s.project.Clock.Now()
	s.checkPresented(c, now)
	s.checkTenancy(c)
	var body map[string]any
	require.NoError(s.t, json.Unmarshal(s.body, &body))
	s.checkProved(c, body)
	s.known.learn(body, now)
	s.known.spend(c, body)
}

func TestSequence_ofCallsKeepsTheRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := resumed(t)
		t.Repeat(s.actions())
		s.checkDead()
	})
}

// What the emulator has written is restored as it was, and another emulator goes on with it as the first one does.
func TestSequence_goesOnAfterARestore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := resumed(t)
		t.Repeat(s.actions())
		first, second := s.project, newProject()
		require.NoError(t, second.Clock.Set(first.Clock.Now()))
		require.NoError(t, second.Restore(bytes.NewReader(s.snapshot)))
		s.project = second
		require.Equal(t, string(s.snapshot), string(s.take()))
		calls := make([]*call, rapid.IntRange(0, 10).Draw(t, "calls"))
		for i := range calls {
			calls[i] = s.draw(t)
		}
		for _, c := range calls {
			answers := map[*engine.Project]string{}
			for _, p := range []*engine.Project{first, second} {
				s.project = p
				_ = s.make(c)
				answers[p] = anonymous(s.body)
			}
			require.Equal(t, answers[first], answers[second], c.name)
		}
		s.project = first
		want := s.take()
		s.project = second
		require.Equal(t, anonymous(want), anonymous(s.take()))
	})
}

var random = regexp.MustCompile(strings.Join([]string{
	`eyJ[A-Za-z0-9_.-]+`, `[a-z0-9-]+-test-[0-9a-f-]{36}`, `[A-Za-z0-9_-]{44}`, `"code":"[0-9]{6}"`, `"next_cursor":"[^"]*"`,
	`_last_four":"[^"]+`, `_hash":"[^"]+`, `"(?:digest|salt|secret|qr_code)":"[^"]+`, `[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}`,
}, "|"))

// anonymous is a text with a number in place of each random value, so that the random values themselves do not count.
// Cursors change with a restore, where rows get new numbers.
func anonymous(text []byte) string {
	numbers := map[string]int{}
	return string(random.ReplaceAllFunc(text, func(value []byte) []byte {
		if numbers[string(value)] == 0 {
			numbers[string(value)] = len(numbers) + 1
		}
		return []byte("#" + strconv.Itoa(numbers[string(value)]))
	}))
}

func TestSequence_changesNoRowInPlace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, seen := resumed(t), map[any]string{}
		actions := s.actions()
		actions[""] = func(t *rapid.T) {
			require.NoError(t, s.project.Do(func(tx *state.Tx) error {
				note(t, seen, tx.Organizations.Rows())
				note(t, seen, tx.Members.Rows())
				note(t, seen, tx.Registrations.Rows())
				note(t, seen, tx.Sessions.Rows())
				note(t, seen, tx.Intermediates.Rows())
				note(t, seen, tx.Links.Rows())
				note(t, seen, tx.Passcodes.Rows())
				note(t, seen, tx.Clients.Rows())
				note(t, seen, tx.ConnectedApps.Rows())
				note(t, seen, tx.Grants.Rows())
				note(t, seen, tx.Roles.Rows())
				note(t, seen, tx.Keys.Rows())
				note(t, seen, tx.Messages.Rows())
				note(t, seen, tx.Passwords.Rows())
				note(t, seen, tx.TOTPs.Rows())
				note(t, seen, tx.Impersonations.Rows())
				note(t, seen, tx.OAuthFlows.Rows())
				note(t, seen, tx.OAuthTokens.Rows())
				note(t, seen, tx.SSOConnections.Rows())
				note(t, seen, tx.SSOTokens.Rows())
				note(t, seen, tx.Authorizations.Rows())
				note(t, seen, tx.AppTokens.Rows())
				note(t, seen, tx.SCIMConnections.Rows())
				note(t, seen, tx.SCIMUsers.Rows())
				note(t, seen, tx.SCIMGroups.Rows())
				note(t, seen, tx.SCIMMemberships.Rows())
				return nil
			}))
		}
		t.Repeat(actions)
		for row, was := range seen {
			require.Equal(t, was, encoded(t, row))
		}
	})
}

// note keeps how rows were when they were seen first.
func note[R any](t *rapid.T, seen map[any]string, rows []*R) {
	for _, row := range rows {
		if _, known := seen[row]; !known {
			seen[row] = encoded(t, row)
		}
	}
}

func encoded(t *rapid.T, row any) string {
	data, err := json.Marshal(row)
	require.NoError(t, err)
	return string(data)
}
