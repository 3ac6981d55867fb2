package flows_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// longPatch is a patch of a user that takes long, and does something more.
func longPatch(more object) object {
	list := []any{}
	for i := range 900 {
		list = append(list, object{"formatted": fmt.Sprint(i), "country": "x", "type": "work"})
	}
	operations := []object{operation("add", "addresses", list)}
	for i := range 190 {
		operations = append(operations, operation("add", "addresses", list[i:i+1]))
	}
	return patch(append(operations, object{"op": "remove", "path": "addresses"}, more)...)
}

// A patch takes its time outside of the transaction.
func TestSCIM_othersNeedNotWaitForALongPatch(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example")
	body, err := json.Marshal(longPatch(operation("add", "title", "CFO")))
	require.NoError(t, err)
	var runs atomic.Bool
	runs.Store(true)
	started := make(chan struct{})
	go func() {
		close(started)
		p.call("PATCH", "/Users/"+id, string(body))
		runs.Store(false)
	}()
	<-started
	others := 0
	for ; runs.Load(); others++ {
		_, err := h.api.B2B.Sessions.Authenticate(t.Context(), &b2bsessions.AuthenticateRequest{SessionToken: new(strings.Repeat("x", 44))})
		require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
	}
	assert.Greater(t, others, 25)
}

// Of changes at once, each is made to what the one before has left.
func TestSCIM_patchesAtOnceAllCount(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example")
	names := []string{"title", "nickName", "userType", "locale"}
	var all sync.WaitGroup
	for _, name := range names {
		all.Go(func() {
			assert.Equal(t, 200, p.call("PATCH", "/Users/"+id, longPatch(operation("add", name, "x"))).status)
		})
	}
	all.Wait()
	got := p.do(200, "GET", "/Users/"+id, nil).object
	for _, name := range names {
		assert.Equal(t, "x", got[name], name)
	}
}

// Of those who change one version of a resource at once, one does.
func TestSCIM_ofChangesToOneVersionOneIsMade(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example")
	tag := p.do(200, "GET", "/Users/"+id, nil).header.Get("ETag")
	statuses := make([]int, 4)
	var all sync.WaitGroup
	for i := range statuses {
		all.Go(func() {
			body := longPatch(operation("replace", "title", fmt.Sprint(i)))
			statuses[i] = p.call("PATCH", "/Users/"+id, body, "If-Match", tag).status
		})
	}
	all.Wait()
	count := map[int]int{}
	for _, status := range statuses {
		count[status]++
	}
	assert.Equal(t, map[int]int{200: 1, 412: len(statuses) - 1}, count)
}

// Filters and order see the version of a resource, which its attributes and its members decide.
func TestSCIM_versionsCanBeSearchedFor(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	bob := p.user("bob@acme.example")
	group := p.group("Editors", bob)
	p.group("Writers")
	search := func(filter string) float64 {
		t.Helper()
		return p.do(200, "GET", "/Groups?filter="+url.QueryEscape(filter), nil).object["totalResults"].(float64)
	}
	version := func() string {
		t.Helper()
		got := p.do(200, "GET", "/Groups/"+group+"?attributes=displayName", nil)
		shown := p.do(200, "GET", "/Groups?excludedAttributes=members", nil).object["Resources"].([]any)[0].(object)
		assert.Equal(t, got.header.Get("ETag"), shown["meta"].(object)["version"])
		return got.header.Get("ETag")
	}
	assert.Equal(t, 2.0, search("meta.version pr"))
	first := version()
	assert.Equal(t, 1.0, search(fmt.Sprintf("meta.version eq %q", first)))
	p.do(200, "PATCH", "/Users/"+bob, patch(operation("add", "displayName", "Bob")))
	second := version()
	assert.NotEqual(t, first, second, "the name of a member is shown")
	p.do(204, "DELETE", "/Users/"+bob, nil)
	assert.NotEqual(t, second, version())
	assert.Zero(t, search(fmt.Sprintf("meta.version eq %q or meta.version eq %q", first, second)))
	p.do(200, "GET", "/Groups?sortBy=meta.version", nil)
}
