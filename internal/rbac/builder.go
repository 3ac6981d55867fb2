package rbac

import (
	"cmp"
	"slices"
)

// builder makes an index.
type builder struct {
	index

	grants []grant // the array of all rows
	spans  []grant // the lists of actions, without resources
	recent [64]recentList
}

// recentList is a list of actions that was numbered. Most permissions have a list that another one has too, and to
// compare strings is faster than to look them up.
type recentList struct {
	names []string
	span  grant
}

// newBuilder returns a builder for so many roles or scopes, with so many permissions in all.
func newBuilder(names, permissions int) *builder {
	b := &builder{
		index: index{
			rows: make(map[string][]grant, names), resources: newNumbering(permissions), actions: newNumbering(0),
		},
		grants: make([]grant, 0, permissions),
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
			g := b.list(p.Actions)
			g.resource = b.resources.add(p.Resource)
			b.grants = append(b.grants, g)
		}
	}
	row := slices.Clip(b.grants[from:])
	if before := b.rows[name]; len(before) > 0 {
		row = append(before, row...)
	}
	b.rows[name] = row
}

// list returns a grant of the actions, without a resource.
func (b *builder) list(actions []string) grant {
	hash := uint(len(actions))
	for _, action := range actions {
		hash = hash*31 + uint(len(action))
		if action != "" {
			hash += uint(action[0])
		}
	}
	recent := &b.recent[hash%uint(len(b.recent))]
	if slices.Equal(recent.names, actions) {
		return recent.span
	}
	from := len(b.lists)
	for _, action := range actions {
		b.lists = append(b.lists, b.actions.add(action))
	}
	*recent = recentList{names: actions, span: b.close(from)}
	return recent.span
}

// close removes duplicates from the list that begins at from and ends the lists.
func (b *builder) close(from int) grant {
	list := b.lists[from:]
	slices.Sort(list)
	b.lists = b.lists[:from+len(slices.Compact(list))]
	span := grant{from: uint32(from), to: uint32(len(b.lists))} //nolint:gosec // a response is shorter
	b.spans = append(b.spans, span)
	return span
}

// build returns the index. The builder cannot be used afterwards.
func (b *builder) build() index {
	for name, row := range b.rows {
		slices.SortFunc(row, func(a, b grant) int { return cmp.Compare(a.resource, b.resource) })
		if merged := b.merge(row); len(merged) < len(row) {
			b.rows[name] = merged
		}
	}
	b.sortActions()
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
			from := len(b.lists)
			for _, same := range row[:n] {
				b.lists = append(b.lists, b.actionsOf(same)...)
			}
			g = b.close(from)
			g.resource = row[0].resource
		}
		merged, row = append(merged, g), row[n:]
	}
	return merged
}

// sortActions numbers the actions again, in alphabetical order after the wildcard, so that lists need not be sorted
// when they are read.
func (b *builder) sortActions() {
	text := b.actions.text
	slices.Sort(text[anyAction+1:])
	renumbered := make([]uint32, len(text))
	for i, action := range text[anyAction:] {
		number := uint32(i + anyAction)
		renumbered[b.actions.number[action]] = number
		b.actions.number[action] = number
	}
	for i, number := range b.lists {
		b.lists[i] = renumbered[number]
	}
	for _, span := range b.spans {
		slices.Sort(b.actionsOf(span))
	}
}
