package rbac

import (
	"cmp"
	"slices"
	"strings"
)

// wildcard stands for all actions.
const wildcard = "*"

// Numbers of actions and resources. Zero is no name at all: no permission has it.
const (
	unknown = 0
	anyOf   = 1 // the wildcard's, among actions: the first of a sorted list
)

// index holds what names allow, names being the ids of roles or the names of scopes.
//
// Resources and actions are numbered, so that a check hashes each of them once, whatever the number of names, and then
// compares numbers.
type index struct {
	resources, actions names
	rows               map[string][]grant // sorted by resource, each resource once
}

// grant is what a name allows on one resource: at least one action, sorted, each once.
type grant struct {
	resource uint32
	actions  []uint32
}

func newIndex(size int) index {
	x := index{rows: make(map[string][]grant, size), resources: newNames(), actions: newNames()}
	x.actions.add(wildcard)
	return x
}

// add takes permissions in. Those without an action say nothing.
func (x *index) add(name string, permissions []Permission) {
	if name == "" {
		return
	}
	size := 0
	for _, p := range permissions {
		size += len(p.Actions)
	}
	row := slices.Grow(x.rows[name], len(permissions))
	numbers := make([]uint32, 0, size) // what is looked at together lies together
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

// seal brings the rows in order. Nothing is added afterwards.
func (x *index) seal() {
	for name, row := range x.rows {
		slices.SortFunc(row, func(a, b grant) int { return cmp.Compare(a.resource, b.resource) })
		merged := row[:0]
		for from := 0; from < len(row); {
			to := from + 1
			for to < len(row) && row[to].resource == row[from].resource {
				to++
			}
			merged = append(merged, union(row[from:to]))
			from = to
		}
		x.rows[name] = merged
	}
}

// union joins grants on the same resource.
func union(grants []grant) grant {
	all := grants[0].actions
	for _, g := range grants[1:] {
		all = append(all, g.actions...)
	}
	slices.Sort(all)
	return grant{resource: grants[0].resource, actions: slices.Compact(all)}
}

// allows reports whether one of the names allows the action.
func (x *index) allows(held []string, resource, action string) bool {
	r := x.resources.number[resource]
	if r == unknown {
		return false
	}
	a := x.actions.number[action]
	for _, name := range held {
		if granted(x.find(name, r), a) {
			return true
		}
	}
	return false
}

// allowsList is allows for names in one string, with spaces between them.
func (x *index) allowsList(held, resource, action string) bool {
	r := x.resources.number[resource]
	if r == unknown {
		return false
	}
	a := x.actions.number[action]
	for rest := strings.TrimSpace(held); rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, " ")
		if granted(x.find(name, r), a) {
			return true
		}
	}
	return false
}

// short is the length from which on halving a sorted list pays.
const short = 8

// find returns the actions that name allows on the resource, none if there are none.
func (x *index) find(name string, resource uint32) []uint32 {
	row := x.rows[name]
	for len(row) > short {
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

// granted reports whether the action is among those allowed, itself or by the wildcard.
func granted(actions []uint32, action uint32) bool {
	if len(actions) > 0 && actions[0] == anyOf {
		return true
	}
	for len(actions) > short {
		if middle := len(actions) / 2; actions[middle] <= action {
			actions = actions[middle:]
		} else {
			actions = actions[:middle]
		}
	}
	return slices.Contains(actions, action)
}

// names numbers strings from 1 on.
type names struct {
	number map[string]uint32
	text   []string
	last   uint32
}

func newNames() names { return names{number: map[string]uint32{}, text: []string{""}} }

func (n *names) add(s string) uint32 {
	if number, ok := n.number[s]; ok {
		return number
	}
	n.last++
	n.number[s] = n.last
	n.text = append(n.text, s)
	return n.last
}

// texts returns the names behind numbers, in alphabetical order.
func (n *names) texts(numbers []uint32) []string {
	list := make([]string, len(numbers))
	for i, number := range numbers {
		list[i] = n.text[number]
	}
	slices.Sort(list)
	return list
}
