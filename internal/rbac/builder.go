package rbac

import (
	"cmp"
	"hash/maphash"
	"slices"
)

// builder makes an index.
type builder struct {
	index

	grants  []grant  // the array of all rows
	numbers []uint32 // the array of most lists
	// known has the lists that were numbered, by a hash of their actions: most permissions have one that another has
	// too. Of two with one hash, the first is kept.
	known map[uint64]knownList
	last  knownList // the one before this
}

type knownList struct {
	actions []string
	list    uint32 // in index.lists
}

// newBuilder returns a builder for so many roles or scopes, with so many permissions in all.
func newBuilder(names, permissions int) *builder {
	b := &builder{
		index: index{
			names: newNumbering(names), rows: make([][]grant, 1, names+1),
			resources: newNumbering(permissions), actions: newNumbering(0),
		},
		grants: make([]grant, 0, permissions), known: map[uint64]knownList{},
	}
	b.actions.add(wildcard)
	return b
}

// add adds permissions to a role or scope. Those without an action are ignored.
func (b *builder) add(name string, permissions []Permission) {
	if name == "" {
		return
	}
	from := len(b.grants)
	for _, p := range permissions {
		if len(p.Actions) > 0 {
			b.grants = append(b.grants, grant{resource: b.resources.add(p.Resource), list: b.list(p.Actions)})
		}
	}
	row := slices.Clip(b.grants[from:])
	if n := int(b.names.add(name)); n < len(b.rows) {
		b.rows[n] = append(b.rows[n], row...)
	} else {
		b.rows = append(b.rows, row)
	}
}

// list returns the list of these actions.
func (b *builder) list(actions []string) uint32 {
	if slices.Equal(b.last.actions, actions) {
		return b.last.list
	}
	hash := uint64(0)
	for _, action := range actions {
		hash = hash*31 + maphash.String(seed, action)
	}
	known, ok := b.known[hash]
	if !ok || !slices.Equal(known.actions, actions) {
		from := len(b.numbers)
		for _, action := range actions {
			b.numbers = append(b.numbers, b.actions.add(action))
		}
		known = knownList{actions, b.addList(slices.Clip(b.numbers[from:]))}
		if !ok {
			b.known[hash] = known
		}
	}
	b.last = known
	return known.list
}

// addList adds a list of numbers, which build sorts.
func (b *builder) addList(numbers []uint32) uint32 {
	b.lists = append(b.lists, actionList{numbers: numbers})
	return uint32(len(b.lists) - 1) //nolint:gosec // as in numbering.add
}

// build returns the index. The builder cannot be used afterwards.
func (b *builder) build() index {
	for i, row := range b.rows {
		slices.SortFunc(row, func(a, b grant) int { return cmp.Compare(a.resource, b.resource) })
		b.rows[i] = b.merge(row)
	}
	b.finishLists()
	if n := len(b.resources.text); 2*n < cap(b.grants) { // there is room for as many resources as permissions
		fewer := newNumbering(n)
		for _, resource := range b.resources.text[1:] {
			fewer.add(resource)
		}
		b.resources = fewer
	}
	return b.index
}

// merge merges the grants on the same resource in a sorted row.
func (b *builder) merge(row []grant) []grant {
	merged := row[:0]
	for len(row) > 0 {
		n := 1
		for n < len(row) && row[n].resource == row[0].resource {
			n++
		}
		g := row[0]
		if n > 1 {
			var all []uint32
			for _, same := range row[:n] {
				all = append(all, b.lists[same.list].numbers...)
			}
			g.list = b.addList(all)
		}
		merged, row = append(merged, g), row[n:]
	}
	return merged
}

// finishLists numbers the actions again, in alphabetical order after the wildcard, and sorts the lists.
func (b *builder) finishLists() {
	before := slices.Clone(b.actions.text)
	slices.Sort(b.actions.text[anyAction+1:])
	b.actions.resize(len(b.actions.slots))
	renumbered := make([]uint32, len(before))
	for i, action := range before[anyAction:] {
		renumbered[i+anyAction] = b.actions.number(action)
	}
	var array [256]byte
	for i := range b.lists {
		list := &b.lists[i]
		for j, number := range list.numbers {
			list.numbers[j] = renumbered[number]
		}
		slices.Sort(list.numbers)
		list.numbers = slices.Compact(list.numbers)
		list.text = string(b.actions.appendTexts(array[:0], list.numbers))
	}
}
