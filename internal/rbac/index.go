package rbac

import (
	"cmp"
	"slices"
)

// wildcard stands for all actions.
const wildcard = "*"

// Numbers of actions and resources begin at 1.
const (
	unknown   = 0 // a name that is in no permission
	anyAction = 1 // the wildcard: the first in a sorted list of actions
)

// index has the permissions of roles by id, or of scopes by name.
//
// Resources and actions are numbered. A check hashes both once, and then compares numbers for each role or scope.
type index struct {
	resources, actions numbering
	rows               map[string][]grant // sorted by resource, without duplicates
}

// grant is the actions allowed on one resource: at least one, sorted, without duplicates.
type grant struct {
	resource uint32
	actions  []uint32
}

func newIndex(size int) index {
	x := index{rows: make(map[string][]grant, size), resources: newNumbering(), actions: newNumbering()}
	x.actions.add(wildcard)
	return x
}

// add adds permissions to a role or scope. Those without an action are ignored.
func (x *index) add(name string, permissions []Permission) {
	if name == "" {
		return
	}
	size := 0
	for _, p := range permissions {
		size += len(p.Actions)
	}
	row := slices.Grow(x.rows[name], len(permissions))
	numbers := make([]uint32, 0, size) // one array for the whole row, for the CPU's cache
	for _, p := range permissions {
		if len(p.Actions) == 0 {
			continue
		}
		from := len(numbers)
		for _, action := range p.Actions {
			numbers = append(numbers, x.actions.add(action))
		}
		row = append(row, grant{resource: x.resources.add(p.Resource), actions: slices.Clip(numbers[from:])})
	}
	x.rows[name] = row
}

// sort sorts the rows and merges grants on the same resource. Nothing may be added afterwards.
func (x *index) sort() {
	for name, row := range x.rows {
		slices.SortFunc(row, func(a, b grant) int { return cmp.Compare(a.resource, b.resource) })
		merged := row[:0]
		for _, g := range row {
			if last := len(merged) - 1; last >= 0 && merged[last].resource == g.resource {
				merged[last].actions = append(merged[last].actions, g.actions...)
			} else {
				merged = append(merged, g)
			}
		}
		for i := range merged {
			slices.Sort(merged[i].actions)
			merged[i].actions = slices.Compact(merged[i].actions)
		}
		x.rows[name] = merged
	}
}

// allowing returns a function that reports whether a role or scope allows the action.
func (x *index) allowing(resource, action string) func(name string) bool {
	r, a := x.resources.number[resource], x.actions.number[action]
	return func(name string) bool { return r != unknown && granted(x.find(name, r), a) }
}

// linearLength is the length up to which a linear search is faster than a binary one.
const linearLength = 8

// find returns the actions that a role or scope allows on the resource.
func (x *index) find(name string, resource uint32) []uint32 {
	row := x.rows[name]
	for len(row) > linearLength {
		if middle := len(row) / 2; row[middle].resource <= resource {
			row = row[middle:]
		} else {
			row = row[:middle]
		}
	}
	for i := range row {
		if row[i].resource == resource {
			return row[i].actions
		}
	}
	return nil
}

// granted reports whether the sorted actions have this one or the wildcard.
func granted(actions []uint32, action uint32) bool {
	if len(actions) > 0 && actions[0] == anyAction {
		return true
	}
	for len(actions) > linearLength {
		if middle := len(actions) / 2; actions[middle] <= action {
			actions = actions[middle:]
		} else {
			actions = actions[:middle]
		}
	}
	return slices.Contains(actions, action)
}

// numbering numbers strings from 1.
type numbering struct {
	number map[string]uint32
	text   []string
}

func newNumbering() numbering { return numbering{number: map[string]uint32{}, text: []string{""}} }

func (n *numbering) add(s string) uint32 {
	if number, ok := n.number[s]; ok {
		return number
	}
	number := uint32(len(n.text)) //nolint:gosec // a response is too short for that many names
	n.number[s] = number
	n.text = append(n.text, s)
	return number
}

// texts returns the strings of numbers, in alphabetical order.
func (n *numbering) texts(numbers []uint32) []string {
	list := make([]string, len(numbers))
	for i, number := range numbers {
		list[i] = n.text[number]
	}
	slices.Sort(list)
	return list
}
