package scim

import (
	"encoding/json"
	"fmt"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fewOf is a group with a number of members. It counts how often they are asked for.
type fewOf struct {
	stored
	members int
	asked   *int
}

func (s fewOf) size() int { return s.members }

func (s fewOf) related() iter.Seq2[string, string] {
	*s.asked++
	return func(yield func(string, string) bool) {
		for i := range s.members {
			if id := fmt.Sprint("u", i); !yield(id, id) {
				return
			}
		}
	}
}

// groupsOf are groups with a number of members each.
func groupsOf(groups, members int) (sources []source, asked *int) {
	asked = new(int)
	for i := range groups {
		id := fmt.Sprint("g", i)
		doc := stored{"id": id, "displayName": id, "schemas": []any{groupSchema}, "meta": object{"resourceType": "Group"}}
		sources = append(sources, fewOf{doc, members, asked})
	}
	return sources, asked
}

// groupPage is the body of the response to a query.
func groupPage(t *testing.T, query string, sources []source) (body struct {
	TotalResults, ItemsPerPage int
	Resources                  []object
},
) {
	t.Helper()
	q, err := urlQuery(groupType, query)
	require.NoError(t, err)
	page, err := q.page(groupType, sources)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(page.Body, &body))
	return body
}

// Members of groups are looked at where the response, the version, the filter or the order needs them.
func TestQuery_makesMembersWhereTheyAreNeeded(t *testing.T) {
	t.Parallel()
	const groups = 3
	for query, want := range map[string]int{
		"count=0": 0, "attributes=displayName": 0, "filter=displayName+eq+%22none%22": 0,
		"filter=displayName+eq+%22g1%22&attributes=displayName": 0, "sortBy=displayName&count=0": 0, "excludedAttributes=members,meta": 0,
		"excludedAttributes=meta,members.display": groups, "excludedAttributes=members": groups, "excludedAttributes=meta": groups,
		"": 2 * groups, "attributes=members.value": groups, "filter=displayName+eq+%22g1%22": 2, "filter=members+pr&attributes=displayName": groups,
		"filter=not+(displayName+eq+%22x%22+or+members.value+eq+%22x%22)&count=0": groups, "sortBy=members&attributes=id": groups,
		"filter=meta.version+pr&attributes=id": groups, "filter=meta.created+pr&attributes=id": 0,
	} {
		sources, asked := groupsOf(groups, 2)
		groupPage(t, query, sources)
		assert.Equal(t, want, *asked, query)
	}
}

// A page of large groups has fewer than there could be, one at least. The next page begins where it ends.
func TestQuery_pagesOfLargeGroupsAreShorter(t *testing.T) {
	t.Parallel()
	sources, _ := groupsOf(7, maxMembers)
	first := groupPage(t, "", sources)
	assert.Equal(t, 7, first.TotalResults)
	assert.Equal(t, maxRelated/maxMembers, first.ItemsPerPage)
	assert.Len(t, first.Resources[0]["members"], maxMembers)
	next := groupPage(t, "startIndex=6", sources)
	assert.Equal(t, "g5", next.Resources[0]["id"])
	assert.Equal(t, 2, next.ItemsPerPage)
	assert.Equal(t, 7, groupPage(t, "excludedAttributes=members", sources).ItemsPerPage)
	sources, _ = groupsOf(2, 2*maxRelated)
	assert.Equal(t, 1, groupPage(t, "", sources).ItemsPerPage)
	assert.Zero(t, groupPage(t, "count=0", sources).ItemsPerPage)
}
