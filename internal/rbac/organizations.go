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
	// shards is how many maps organizations are spread over. A new organization copies the map it comes into.
	shards = 64
	// resolution is how exactly the last use of an organization is known: one in use is not written to all the time.
	resolution = int64(time.Second)
	// evicted is the part of the limit, one in so many, that makes room at once, so that looking for it is rare.
	evicted = 16
)

// organizations keeps the organizations that were used last. Reading takes no lock.
type organizations struct {
	limit  int
	create func(id string) *entry
	seed   maphash.Seed
	shards [shards]atomic.Pointer[shard]

	mu   sync.Mutex // for all that changes shards
	size int
}

// shard is replaced, never changed.
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

// find returns the organization, nil if it is not kept.
func (o *organizations) find(id string) *organization { return (*o.shard(id).Load())[id] }

// get returns the organization, and keeps it from now on.
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
	id = strings.Clone(id) // the caller's may be a piece of a token
	added := &organization{entry: o.create(id)}
	added.used.Store(used)
	place := o.shard(id)
	larger := maps.Clone(*place.Load())
	larger[id] = added
	place.Store(&larger)
	o.size++
	return added
}

// evict drops those that were not used for the longest time. Those that will be used in the future are such: the clock
// was put back since. Who holds one goes on with it.
func (o *organizations) evict(now int64) {
	type candidate struct {
		id   string
		used int64
	}
	all := make([]candidate, 0, o.size)
	for i := range o.shards {
		for id, kept := range *o.shards[i].Load() {
			used := kept.used.Load()
			if used-now >= resolution {
				used = math.MinInt64
			}
			all = append(all, candidate{id, used})
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(a.used, b.used) })
	out := make(map[string]bool)
	for _, old := range all[:max(1, o.limit/evicted)] {
		out[old.id] = true
	}
	for i := range o.shards {
		smaller := maps.Clone(*o.shards[i].Load())
		maps.DeleteFunc(smaller, func(id string, _ *organization) bool { return out[id] })
		o.shards[i].Store(&smaller)
	}
	o.size -= len(out)
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
