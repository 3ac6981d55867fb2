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
// Names, resources and actions are numbered. A check hashes resource and action once, and then compares numbers for
// each role or scope.
type index struct {
	names, resources, actions numbering
	rows                      [][]grant // by number of the name, sorted by resource, without duplicates
	lists                     []actionList
}

// grant is what is allowed on one resource. Grants with the same actions may share a list.
type grant struct{ resource, list uint32 }

// actionList is at least one action.
type actionList struct {
	numbers []uint32 // sorted, without duplicates
	text    string   // as a reason has them
}

// allows reports whether one of the roles allows the action on the resource.
func (x *index) allows(names []string, resource, action string) bool {
	r := x.resources.number(resource)
	if r == unknown {
		return false
	}
	a := x.actions.number(action)
	for _, name := range names {
		if x.find(name, r).allows(a) {
			return true
		}
	}
	return false
}

// has reports whether there is such a role or scope, if only without permissions.
func (x *index) has(name string) bool { return x.names.number(name) != unknown }

// row returns the grants of a role or scope.
func (x *index) row(name string) []grant {
	if n := x.names.number(name); n != unknown {
		return x.rows[n]
	}
	return nil
}

// linearLength is the length up to which a linear search is faster than a binary one.
const linearLength = 8

// find returns the actions that a role or scope allows on the resource, or nil.
func (x *index) find(name string, resource uint32) *actionList {
	row := x.row(name)
	for len(row) > linearLength {
		if middle := len(row) / 2; row[middle].resource <= resource {
			row = row[middle:]
		} else {
			row = row[:middle]
		}
	}
	for i := range row {
		if row[i].resource == resource {
			return &x.lists[row[i].list]
		}
	}
	return nil
}

// allows reports whether the list has the action or the wildcard. Nil has neither.
func (l *actionList) allows(action uint32) bool {
	if l == nil {
		return false
	}
	actions := l.numbers
	if actions[0] == anyAction {
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

// texts returns the strings of numbers, in alphabetical order.
func (n *numbering) texts(numbers []uint32) []string {
	list := make([]string, len(numbers))
	for i, number := range numbers {
		list[i] = n.text[number]
	}
	slices.Sort(list) // only the wildcard may be out of order
	return list
}
