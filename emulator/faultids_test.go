package emulator_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/idp"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// The guide to faults lists the endpoints that are no operations of the API, and those of OAuth2, with their methods and
// paths, and no others.
func TestFaultIDs_areInTheGuide(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/guides/faults.md")
	require.NoError(t, err)
	var want, got []string
	h := newHarness(t)
	for _, op := range append([]*ops.Info{ops.M2MToken, ops.IntrospectToken}, ops.Public...) {
		path := strings.TrimPrefix(op.Path, "/v1/b2b/scim/{connection_id}")
		want = append(want, op.ID+" "+op.Method+" "+path)
		require.NoError(t, h.AddFaults(emulator.Fault{Operation: op.ID, DelayMS: 1}))
	}
	endpoint := regexp.MustCompile("`([A-Z]+)(?: (/[^`]*))?`")
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z0-9_.]+)` \\| ([^|]*) \\|").FindAllStringSubmatch(string(doc), -1) {
		endpoints := endpoint.FindAllStringSubmatch(row[2], -1)
		for _, e := range endpoints {
			path := e[2]
			if path == "" { // of several methods, the last one has the path
				path = endpoints[len(endpoints)-1][2]
			}
			got = append(got, row[1]+" "+e[1]+" "+path)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	assert.Equal(t, want, got)
}

// Every operation in docs/COVERAGE.md that calls the API can have a fault, by the id there.
func TestFaultIDs_areThoseOfOperations(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/COVERAGE.md")
	require.NoError(t, err)
	h := newHarness(t)
	ids := map[bool]int{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z0-9_]+\\.[a-z0-9_.]+)` \\|.*$").FindAllStringSubmatch(string(doc), -1) {
		err := h.AddFaults(emulator.Fault{Operation: row[1], DelayMS: 1})
		calls := !strings.Contains(row[0], "| nothing: local |")
		assert.Equal(t, calls, err == nil, "%s: %v", row[1], err)
		if !calls {
			require.ErrorContains(t, err, "operation: "+row[1]+" calls no endpoint")
		}
		ids[calls]++
	}
	assert.Greater(t, ids[true], 180)
	assert.Greater(t, ids[false], 10)
}

// A fault for the id that an operation's errors begin with takes the place of its response.
func TestFaultIDs_ofErrorsWork(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	const id = "b2b.idp.introspect_token_network"
	require.NoError(t, h.AddFaults(emulator.Fault{Operation: id, Status: 400, ErrorType: "unauthorized_action"}))
	_, err := h.api.B2B.IDP.IntrospectTokenNetwork(t.Context(), &idp.IntrospectTokenNetworkRequest{Token: "x", ClientID: "y"})
	require.ErrorContains(t, err, id)
	require.ErrorIs(t, err, stytcherror.Code("unauthorized_action"))
}

func TestFaultIDs_thatDoNotExistNameSimilarOnes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for id, want := range map[string]string{
		"public.oauth2.token":       `there is no "public.oauth2.token", but m2m.token`,
		"sessions.authenticate":     `, but b2b.sessions.authenticate, b2c.sessions.authenticate, `,
		"b2b.nothing":               `there is no "b2b.nothing"`,
		strings.Repeat("x.", 1<<15): `there is no "x.x.`,
	} {
		err := h.AddFaults(emulator.Fault{Operation: id, Status: 500})
		require.ErrorContains(t, err, want)
		assert.Less(t, len(err.Error()), 500)
	}
}
