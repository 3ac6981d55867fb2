package emulator_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

// The guide to faults lists the endpoints that are no operations of the API, with their methods and paths, and no
// others.
func TestFaultIDs_areInTheGuide(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/guides/faults.md")
	require.NoError(t, err)
	var want, got []string
	h := newHarness(t)
	for _, op := range ops.Public {
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
