package scim

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// longest is a filter of as many comparisons as a filter can have, that all must be made.
func longest(comparison string) string {
	return comparison + strings.Repeat(" or "+comparison, (maxFilter-len(comparison))/(len(comparison)+4))
}

// stored is a resource as the source of itself.
type stored object

func (stored) baseURL() string                    { return "" }
func (s stored) own() object                      { return object(s) }
func (stored) related() iter.Seq2[string, string] { return maps.All(map[string]string{}) }
func (stored) size() int                          { return 0 }
func (stored) equals(source) bool                 { return false }

// crowd are users with a number of e-mail addresses each.
func crowd(users, emails int) []source {
	all := make([]source, users)
	for i := range all {
		list := make([]any, emails)
		for k := range list {
			list[k] = object{"value": fmt.Sprintf("User%d.%d@Acme.example", i, k), "type": "work"}
		}
		doc := sample()
		doc["emails"] = list
		all[i] = stored(doc)
	}
	return all
}

func scimTypeOf(t *testing.T, err error) string {
	t.Helper()
	f, ok := errors.AsType[*failure](err)
	require.True(t, ok, "%v", err)
	return f.scimType
}

func TestWork_ofAFilterGrowsWithItsLengthAlone(t *testing.T) {
	t.Parallel()
	made := func(filter string) work {
		n, err := parseFilter(userType, filter)
		require.NoError(t, err)
		var w work
		n.holds(sample(), &w)
		return w
	}
	once := made(`emails co "zz"`)
	for _, n := range []int{2, 10, 200} {
		assert.Equal(t, once*work(n), made(`emails co "zz"`+strings.Repeat(` or emails co "zz"`, n-1)))
	}
}

// The most that a filter can ask of two thousand users with a few addresses each is done; of longer lists or texts it is
// refused before it takes long.
func TestWork_ofAQueryIsBounded(t *testing.T) {
	t.Parallel()
	ordinary, large, wordy := crowd(2000, 3), crowd(30, 1000), crowd(2000, 1)
	for _, doc := range wordy {
		doc.(stored)["title"] = strings.Repeat("X", 4096)
	}
	const mostOfOne = work(1000 * 300 * 2) // of one resource, after which the work is checked
	for _, row := range []struct {
		filter    string
		users     []source
		isRefused bool
	}{
		{longest(`emails co "zz"`), ordinary, false},
		{longest(`emails[type eq "x"]`), ordinary, false},
		{longest(`emails co "zz"`), large, true},
		{longest(`emails[type eq "x"]`), large, true},
		{longest(`title co "zz"`), wordy, true},
		{`emails co "zz"`, large, false},
		{`title co "zz"`, wordy, false},
	} {
		q := &query{startIndex: 1, count: maxCount}
		require.NoError(t, q.set(userType, row.filter, "", ""))
		_, err := q.page(userType, row.users)
		assert.Less(t, q.work, maxWork+mostOfOne, "%.50s", row.filter)
		if !row.isRefused {
			require.NoError(t, err, "%.50s", row.filter)
			continue
		}
		assert.Equal(t, tooMany, scimTypeOf(t, err), "%.50s", row.filter)
	}
	q := &query{startIndex: 1, count: 1}
	require.NoError(t, q.set(userType, "", `emails[value co "zz"`+strings.Repeat(` or value co "zz"`, 200)+`].value`, ""))
	_, err := q.page(userType, crowd(30, 1000))
	assert.Equal(t, tooMany, scimTypeOf(t, err), "sorted by a path with a filter")
}

// values are the values of a list in JSON.
func values(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"value": "v%d"}`, i))
	}
	return "[" + strings.Join(list, ",") + "]"
}

func TestWork_ofAPatchIsBounded(t *testing.T) {
	t.Parallel()
	add := `{"op": "add", "path": "phoneNumbers", "value": ` + values(1000) + `}`
	each := func(operation string) string { return add + strings.Repeat(", "+operation, 998) }
	filtered := `{"op": "add", "path": "phoneNumbers[` + strings.Repeat(`value ne \"x\" and `, 20) + `value co \"v\"].type", "value": "y"}`
	for name, row := range map[string]struct{ list, scimType string }{
		"filters":          {each(filtered), tooMany},
		"a list each time": {each(`{"op": "remove", "path": "phoneNumbers", "value": {"value": "v0"}}`), ""},
		"long texts": {
			`{"op": "add", "path": "addresses", "value": [` + strings.Repeat(`{"formatted": "`+strings.Repeat("x", 4000)+`"},`, 100) +
				`{"region": "a"}]}` + strings.Repeat(`, {"op": "add", "path": "addresses", "value": {"region": "b"}}`, 998), "",
		},
		"paths in one value": {add + `, {"op": "add", "value": {` + strings.Join(paths(900), ", ") + `}}`, tooMany},
		"values":             {`{"op": "add", "path": "phoneNumbers", "value": ` + values(1001) + `}`, invalidValue},
		"values over time":   {add + `, {"op": "add", "path": "phoneNumbers", "value": {"value": "w"}}`, invalidValue},
		"values that go": {
			`{"op": "add", "path": "phoneNumbers", "value": ` + values(20_000) + `}, {"op": "remove", "path": "phoneNumbers"}`, invalidValue,
		},
		"one more by a filter": {add + `, {"op": "add", "path": "phoneNumbers[value eq \"w\"].type", "value": "x"}`, invalidValue},
	} {
		err := userType.patch(small(), operations(row.list))
		if row.scimType == "" {
			require.NoError(t, err, name)
			continue
		}
		assert.Equal(t, row.scimType, scimTypeOf(t, err), name)
	}
	require.NoError(t, groupType.patch(object{"displayName": "G"},
		operations(`{"op": "add", "path": "members", "value": `+values(10_000)+`}`)))
	err := groupType.patch(object{"displayName": "G"}, operations(`{"op": "add", "path": "members", "value": `+values(10_001)+`}`))
	assert.Equal(t, invalidValue, scimTypeOf(t, err))
	removals := make([]string, 1000)
	for i := range removals {
		removals[i] = fmt.Sprintf(`{"op": "remove", "path": "members[value eq \"v%d\"]"}`, i)
	}
	doc := object{"displayName": "G"}
	require.NoError(t, groupType.patch(doc, operations(`{"op": "add", "path": "members", "value": `+values(2000)+`}`)))
	require.NoError(t, groupType.patch(doc, operations(strings.Join(removals, ","))), "a thousand leave two thousand")
	assert.Len(t, doc["members"], 1000)
}

// paths are members of a value whose names are paths with filters.
func paths(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`"phoneNumbers[%svalue ne \"%d\"].type": "y"`, strings.Repeat(`value ne \"x\" and `, 20), i)
	}
	return list
}

func TestProjection_countsEachAttributeOnce(t *testing.T) {
	t.Parallel()
	p := newProjection(userType, strings.Split(strings.Repeat("emails.value,USERNAME,", 10_000), ","), nil)
	assert.Len(t, p.attributes, 2)
}

// The longest filter, on two thousand users. It takes some tenths of a second.
func BenchmarkQuery_longestFilter(b *testing.B) {
	users := crowd(2000, 3)
	for b.Loop() {
		q := &query{startIndex: 1, count: maxCount}
		require.NoError(b, q.set(userType, longest(`emails co "zz"`), "", ""))
		_, err := q.page(userType, users)
		require.NoError(b, err)
	}
}
