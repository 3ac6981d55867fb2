package flows_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/emulator/internal/b2b"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/project"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

var update = flag.Bool("update", false, "rewrite testdata/outcomes.json")

// TestMain checks, after all tests, what they have shown of the operations.
func TestMain(m *testing.M) {
	code := m.Run()
	if all := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.list").Value.String() == ""; code == 0 && all {
		code = max(outcomes.check(), endpoints.checkEndpoints())
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// outcomes are the responses to all calls of all tests: for each operation, what it answered with.
var outcomes = &ledger{seen: map[string]map[string]bool{}}

type ledger struct {
	mu   sync.Mutex
	seen map[string]map[string]bool
}

func (l *ledger) add(operation, outcome string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen[operation] == nil {
		l.seen[operation] = map[string]bool{}
	}
	l.seen[operation][outcome] = true
}

const outcomesFile = "testdata/outcomes.json"

// check complains about an operation that is built and that tests do not show to work and to refuse in two ways, and
// about an error that the specification does not declare. It compares the rest with the file that docs/EMULATOR.md is
// made from.
func (l *ledger) check() int {
	failed := 0
	complain := func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, format+"\n", args...)
		failed = 1
	}
	for _, r := range slices.Concat(b2b.Routes(), project.Routes()) {
		if !slices.Contains(ops.All, r.Info) {
			continue // an endpoint, not an operation
		}
		seen := l.seen[r.ID]
		if !seen["200"] {
			complain("no test shows that %s works", r.ID)
		}
		if refusals := len(seen) - 1; refusals < 2 {
			complain("tests show %d refusals of %s, and there must be at least two", refusals, r.ID)
		}
		for outcome := range seen {
			_, errorType, isError := strings.Cut(outcome, " ")
			if isError && !r.Declares(stytcherror.Code(errorType)) {
				complain("%s answers %s, which x-stytch-errors does not declare", r.ID, outcome)
			}
		}
	}
	sorted := map[string][]string{}
	for id, seen := range l.seen {
		sorted[id] = slices.Sorted(maps.Keys(seen))
	}
	data, err := json.MarshalIndent(sorted, "", "  ")
	if err != nil {
		complain("%v", err)
	}
	if *update {
		if err := os.WriteFile(outcomesFile, append(data, '\n'), 0o600); err != nil {
			complain("%v", err)
		}
	}
	if old, err := os.ReadFile(outcomesFile); err != nil || string(old) != string(data)+"\n" {
		complain("%s is out of date: go test ./emulator/internal/flows -update, then make generate", outcomesFile)
	}
	return failed
}

// record notes the outcome of each call that a client makes.
func record(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, err
		}
		resp.Body = io.NopCloser(bytes.NewReader(body))
		var failure struct {
			ErrorType string `json:"error_type"`
			Error     string `json:"error"` // of OAuth2
		}
		if err := json.Unmarshal(body, &failure); err != nil {
			return nil, err
		}
		outcome := strings.TrimSpace(fmt.Sprint(resp.StatusCode, " ", failure.ErrorType+failure.Error))
		operation := shared.OperationFromContext(r.Context())
		if strings.HasSuffix(operation, "."+ops.IntrospectToken.ID) {
			operation = ops.IntrospectToken.ID // both products have it
		}
		outcomes.add(operation, outcome)
		return resp, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// harness is an emulator with a client, whose calls are noted. Its clock moves only when it is told to.
type harness struct {
	*stytchtest.Server
	t   *testing.T
	api *stytch.Client
}

func newHarness(t *testing.T, options ...stytchtest.Option) *harness {
	t.Helper()
	server := stytchtest.New(t, append([]stytchtest.Option{still(time.Now()), logged}, options...)...)
	return &harness{Server: server, t: t, api: server.NewClient(stytch.Config{
		Middleware: []func(http.RoundTripper) http.RoundTripper{record},
	})}
}

// still is the option of an emulator whose clock stands at a time until it is told to move.
func still(now time.Time) stytchtest.Option {
	return func(c *emulator.Config) { c.Now = func() time.Time { return now } }
}

// logged is the option of an emulator whose log is read, see endpoints.
func logged(c *emulator.Config) { c.Logger = slog.New(callLog{}) }

// create creates an organization, with default settings but for what changes set. Its administrator has an address.
func (h *harness) create(
	email string, changes ...func(*discoveryorganizations.CreateRequest),
) *discoveryorganizations.CreateResponse {
	h.t.Helper()
	req := &discoveryorganizations.CreateRequest{IntermediateSessionToken: h.IntermediateSession(email)}
	for _, change := range changes {
		change(req)
	}
	created, err := h.api.B2B.Discovery.Organizations.Create(h.t.Context(), req)
	require.NoError(h.t, err)
	return created
}

// allowing lets people on a domain join an organization.
func allowing(domain string) func(*discoveryorganizations.CreateRequest) {
	return func(req *discoveryorganizations.CreateRequest) {
		req.EmailJITProvisioning = new(organizations.EmailJITProvisioningRestricted)
		req.EmailAllowedDomains = []string{domain}
	}
}

// discover authenticates a link for discovery that was sent to an address.
func (h *harness) discover(email string) *magiclinksdiscovery.AuthenticateResponse {
	h.t.Helper()
	found, err := h.api.B2B.MagicLinks.Discovery.Authenticate(h.t.Context(),
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: h.MagicLink(email)})
	require.NoError(h.t, err)
	return found
}

// authenticate authenticates a session.
func (h *harness) authenticate(req *sessions.AuthenticateRequest) (*sessions.AuthenticateResponse, error) {
	h.t.Helper()
	return h.api.B2B.Sessions.Authenticate(h.t.Context(), req)
}

// exchange logs in to an organization with an intermediate session.
func (h *harness) exchange(ist, org string) (*intermediatesessions.ExchangeResponse, error) {
	h.t.Helper()
	return h.api.B2B.Discovery.IntermediateSessions.Exchange(h.t.Context(),
		&intermediatesessions.ExchangeRequest{IntermediateSessionToken: ist, OrganizationID: org})
}

// object is a JSON object.
type object = map[string]any

// edit changes the state of the project as a snapshot has it.
func (h *harness) edit(change func(state object)) error {
	h.t.Helper()
	data, err := h.Snapshot()
	require.NoError(h.t, err)
	var snapshot object
	require.NoError(h.t, json.Unmarshal(data, &snapshot))
	change(snapshot["state"].(object))
	data, err = json.Marshal(snapshot)
	require.NoError(h.t, err)
	return h.Restore(data)
}

// refuses changes fields of a list's first row, and expects that one of them is what the snapshot is refused for.
func (h *harness) refuses(list string, fields object, why ...any) {
	h.t.Helper()
	err := h.edit(func(state object) { maps.Copy(state[list].([]any)[0].(object), fields) })
	require.ErrorContains(h.t, err, list+"[0]", why...)
	isNamed := func(field string) bool { return strings.Contains(err.Error(), field) }
	require.True(h.t, slices.ContainsFunc(slices.Collect(maps.Keys(fields)), isNamed), "%v: %v", fields, err)
}

// alter sets fields of the rows of a list whose field key has a value, as calls cannot.
func (h *harness) alter(list, key, value string, fields object) {
	h.t.Helper()
	require.NoError(h.t, h.tryAlter(list, key, value, fields))
}

// tryAlter is alter where the snapshot may be refused.
func (h *harness) tryAlter(list, key, value string, fields object) error {
	h.t.Helper()
	found := false
	err := h.edit(func(state object) {
		for _, row := range state[list].([]any) {
			if row := row.(object); row[key] == value {
				maps.Copy(row, fields)
				found = true
			}
		}
	})
	require.True(h.t, found, "%s %s", list, value)
	return err
}

// strangers are clients with wrong credentials, by the code of their refusal.
func (h *harness) strangers() map[stytcherror.Code]*stytch.Client {
	h.t.Helper()
	clients := map[stytcherror.Code]*stytch.Client{}
	for code, config := range map[stytcherror.Code]stytch.Config{
		stytcherror.CodeUnauthorizedCredentials:        {ProjectID: h.ID(), Secret: "secret-test-wrong"},
		stytcherror.CodeInvalidProjectIDAuthentication: {ProjectID: "project-test-unknown", Secret: h.Secret()},
	} {
		config.BaseURL = h.URL()
		config.Middleware = []func(http.RoundTripper) http.RoundTripper{record}
		client, err := stytch.NewClient(config)
		require.NoError(h.t, err)
		h.t.Cleanup(client.CloseIdleConnections)
		clients[code] = client
	}
	return clients
}

// as is the option that makes a call act for a session.
func as(sessionToken string) shared.RequestOption {
	return shared.WithAuthorization(shared.Authorization{SessionToken: sessionToken})
}
