package rbac

import (
	"hash/maphash"
	"math/bits"
)

// seed is that of all tables: a name has one hash in a process, which nobody outside can predict.
var seed = maphash.MakeSeed()

// numbering numbers strings from 1. It is a hash table with linear probing, in which a string is found in two thirds of
// the time that a map takes.
type numbering struct {
	text  []string // by number; the first one stands for unknown
	slots []slot   // a power of two, at most half of them taken
}

// slot is empty if its number is unknown.
type slot struct {
	text   string
	number uint32
}

const minSlots = 16

// newNumbering returns a numbering with room for n strings.
func newNumbering(n int) numbering {
	return numbering{text: make([]string, 1, n+1), slots: make([]slot, slotsFor(n))}
}

// slotsFor returns how many slots n strings need.
func slotsFor(n int) int { return max(minSlots, 1<<bits.Len(uint(2*n))) }

// find returns the slot of a string, or the empty one where it belongs.
func (n *numbering) find(s string) *slot {
	mask := uint64(len(n.slots) - 1) //nolint:gosec // there is a slot at least
	for i := maphash.String(seed, s); ; i++ {
		if found := &n.slots[i&mask]; found.number == unknown || found.text == s {
			return found
		}
	}
}

// number returns the number of a string, or unknown.
func (n *numbering) number(s string) uint32 {
	if len(n.slots) == 0 {
		return unknown
	}
	return n.find(s).number
}

// add returns the number of a string, which gets the next one if it has none.
func (n *numbering) add(s string) uint32 {
	place := n.find(s)
	if place.number != unknown {
		return place.number
	}
	number := uint32(len(n.text)) //nolint:gosec // a response is too short for that many names
	n.text = append(n.text, s)
	*place = slot{s, number}
	if 2*len(n.text) > len(n.slots) {
		n.resize(2 * len(n.slots))
	}
	return number
}

// resize makes a new table of what is in text.
func (n *numbering) resize(slots int) {
	n.slots = make([]slot, slots)
	for number, s := range n.text[1:] {
		*n.find(s) = slot{s, uint32(number + 1)}
	}
}
