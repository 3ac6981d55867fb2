package rbac

import (
	"cmp"
	"hash/maphash"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// shards is the number of maps that organizations are spread over. Adding an organization copies one of them.
	shards = 64
	// resolution is how exact the time of last use is: it is stored at most once a second, to save writes.
	resolution = int64(time.Second)
	// evictionShare is the part of the limit that is evicted at once: one in so many. Evicting looks at all
	// organizations, and so should be rare.
	evictionShare = 16
)

// organizations is a cache of the most recently used organizations. Reading takes no lock.
type organizations struct {
	limit  int
	create func(id string) *entry
	seed   maphash.Seed
	shards [shards]atomic.Pointer[shard]

	mu   sync.Mutex // held while shards change
	size int
}

// shard is immutable.
type shard map[string]*organization

type organization struct {
	*entry

	used atomic.Int64 // Unix time in nanoseconds
}

func newOrganizations(limit int, create func(id string) *entry) *organizations {
	o := &organizations{limit: limit, create: create, seed: maphash.MakeSeed()}
	o.clear()
	return o
}

func (o *organizations) shard(id string) *atomic.Pointer[shard] {
	return &o.shards[maphash.String(o.seed, id)%shards]
}

// find returns the organization, or nil if it is not cached.
func (o *organizations) find(id string) *organization { return (*o.shard(id).Load())[id] }

// get returns the organization. It creates the entry of one that is not cached.
func (o *organizations) get(id string, now time.Time) *organization {
	used := now.UnixNano()
	found := o.find(id)
	if found == nil {
		return o.add(id, used)
	}
	if apart := used - found.used.Load(); apart >= resolution || apart <= -resolution {
		found.used.Store(used)
	}
	return found
}

func (o *organizations) add(id string, used int64) *organization {
	o.mu.Lock()
	defer o.mu.Unlock()
	if found := o.find(id); found != nil {
		return found
	}
	if o.size >= o.limit {
		o.evict(used)
	}
	id = strings.Clone(id) // it may be a substring of a token, and would keep it in memory
	added := &organization{entry: o.create(id)}
	added.used.Store(used)
	pointer := o.shard(id)
	larger := maps.Clone(*pointer.Load())
	larger[id] = added
	pointer.Store(&larger)
	o.size++
	return added
}

// evict removes the least recently used organizations. Those with a last use in the future count as such: the clock was
// set back. Callers that have an evicted organization still use it.
func (o *organizations) evict(now int64) {
	type candidate struct {
		id   string
		used int64
	}
	all := make([]candidate, 0, o.size)
	for i := range o.shards {
		for id, cached := range *o.shards[i].Load() {
			used := cached.used.Load()
			if used-now >= resolution {
				used = math.MinInt64
			}
			all = append(all, candidate{id, used})
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(a.used, b.used) })
	evicted := make(map[string]bool)
	for _, old := range all[:max(1, o.limit/evictionShare)] {
		evicted[old.id] = true
	}
	for i := range o.shards {
		smaller := maps.Clone(*o.shards[i].Load())
		maps.DeleteFunc(smaller, func(id string, _ *organization) bool { return evicted[id] })
		o.shards[i].Store(&smaller)
	}
	o.size -= len(evicted)
}

func (o *organizations) clear() {
	o.mu.Lock()
	defer o.mu.Unlock()
	empty := new(shard{})
	for i := range o.shards {
		o.shards[i].Store(empty)
	}
	o.size = 0
}
