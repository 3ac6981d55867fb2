package rbac

import "slices"

// wildcard stands for all actions.
const wildcard = "*"

// Numbers of actions and resources begin at 1.
const (
	unknown   = 0 // a name that is in no permission
	anyAction = 1 // the wildcard: the first in a list of actions
)

// index has the permissions of roles by id, or of scopes by name.
//
// Resources and actions are numbered. A check hashes both once, and then compares numbers for each role or scope.
type index struct {
	resources, actions numbering
	rows               map[string][]grant // sorted by resource, without duplicates
	lists              []uint32           // the numbers of actions, list after list
}

// grant is the actions allowed on one resource: lists[from:to], of which there is at least one. They are sorted,
// without duplicates. Grants with equal lists may share one.
type grant struct{ resource, from, to uint32 }

// allows reports whether one of the roles allows the action on the resource.
func (x *index) allows(names []string, resource, action string) bool {
	r := x.resources.number[resource]
	if r == unknown {
		return false
	}
	a := x.actions.number[action]
	for _, name := range names {
		if granted(x.find(name, r), a) {
			return true
		}
	}
	return false
}

// linearLength is the length up to which a linear search is faster than a binary one.
const linearLength = 8

// has reports whether there is such a role or scope, if only without permissions.
func (x *index) has(name string) bool {
	_, ok := x.rows[name]
	return ok
}

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
			return x.actionsOf(row[i])
		}
	}
	return nil
}

func (x *index) actionsOf(g grant) []uint32 { return x.lists[g.from:g.to] }

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

// newNumbering returns a numbering with room for n strings.
func newNumbering(n int) numbering {
	return numbering{number: make(map[string]uint32, n), text: make([]string, 1, n+1)}
}

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
	slices.Sort(list) // only the wildcard may be out of order
	return list
}
