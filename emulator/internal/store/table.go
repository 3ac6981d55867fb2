package store

import (
	"fmt"
	"iter"

	"github.com/seed75add069/stytch-go/internal/deepcopy"
)

// Table holds rows of one type in the order in which they were added, each under a key of its own.
type Table[R any] struct {
	db      *DB
	name    string
	key     func(*R) string
	entries map[string]*entry[R]
	indexes []*Index[R]
	head    entry[R] // of a ring, so that its prev is the last entry
	last    uint64   // the number of the newest entry

	// pack, most and weight are those of [Table.Bound].
	pack         func(*R) (*R, int)
	most, weight int
}

// entry is a row's place in the order of its table. A row that is put again keeps its entry.
type entry[R any] struct {
	row        *R
	number     uint64
	weight     int
	prev, next *entry[R]
}

// NewTable adds a table to a DB. The key of a row must not be empty. Rows that have the same key replace each other.
func NewTable[R any](db *DB, name string, key func(*R) string) *Table[R] {
	t := &Table[R]{db: db, name: name, key: key, entries: map[string]*entry[R]{}}
	t.head.prev, t.head.next = &t.head, &t.head
	return t
}

// Bound limits what all rows of the table weigh: while that is more than most, [Table.Put] deletes the oldest row. pack
// returns a copy of a row, and its weight.
func (t *Table[R]) Bound(most int, pack func(*R) (own *R, weight int)) *Table[R] {
	t.most, t.pack = most, pack
	return t
}

// ConflictError says that a row has a value that is another row's already. It does not show the value, which may be a
// secret.
type ConflictError struct {
	// Table and Index name the value. Index is empty where the row has no key.
	Table, Index string
}

func (e *ConflictError) Error() string {
	if e.Index == "" {
		return fmt.Sprintf("store: a row of %s has no key", e.Table)
	}
	return fmt.Sprintf("store: %s: another row has the same %s", e.Table, e.Index)
}

// Name is the name that the table was made with.
func (t *Table[R]) Name() string { return t.name }

// Len is the number of rows.
func (t *Table[R]) Len() int { return len(t.entries) }

// Get returns the row with a key, nil if there is none.
func (t *Table[R]) Get(key string) *R {
	if e := t.entries[key]; e != nil {
		return e.row
	}
	return nil
}

// Number is the number of the row with a key, zero if there is none: see [Table.All].
func (t *Table[R]) Number(key string) uint64 {
	if e := t.entries[key]; e != nil {
		return e.number
	}
	return 0
}

// Has reports whether there is a row with the key of row.
func (t *Table[R]) Has(row *R) bool { return t.entries[t.key(row)] != nil }

// All yields the rows, oldest first, each with its number. A row's number is larger than those of all rows that were in
// the table before it. It stays when the row is replaced, and no other row ever has it. The table must not be changed
// meanwhile.
func (t *Table[R]) All() iter.Seq2[uint64, *R] {
	return func(yield func(uint64, *R) bool) {
		for e := t.head.next; e != &t.head && yield(e.number, e.row); e = e.next {
		}
	}
}

// Rows returns the rows, oldest first.
func (t *Table[R]) Rows() []*R {
	rows := make([]*R, 0, len(t.entries))
	for _, row := range t.All() {
		rows = append(rows, row)
	}
	return rows
}

// Oldest returns the row that was added first, nil if there is none.
func (t *Table[R]) Oldest() *R { return t.head.next.row }

// Newest returns the row that was added last, nil if there is none.
func (t *Table[R]) Newest() *R { return t.head.prev.row }

// Conflict returns a [*ConflictError] if the row cannot be put, nil if it can.
func (t *Table[R]) Conflict(row *R) error {
	key := t.key(row)
	if key == "" {
		return &ConflictError{Table: t.name}
	}
	for _, x := range t.indexes {
		if !x.unique {
			continue
		}
		for _, value := range x.values(row) {
			if other := x.First(value); other != nil && t.key(other) != key {
				return &ConflictError{Table: t.name, Index: x.name}
			}
		}
	}
	return nil
}

// Put adds a copy of a row, or replaces the one with the same key. It panics with a [*ConflictError] if
// [Table.Conflict] returns one.
func (t *Table[R]) Put(row *R) {
	if err := t.Conflict(row); err != nil {
		panic(err)
	}
	weight := 0
	if t.pack == nil {
		row = deepcopy.Of(row)
	} else {
		row, weight = t.pack(row)
	}
	key := t.key(row)
	if e := t.entries[key]; e != nil {
		old, oldWeight := e.row, e.weight
		t.replace(e, row, weight)
		t.db.undo = append(t.db.undo, func() { t.replace(e, old, oldWeight) })
	} else {
		t.last++
		e = &entry[R]{row: row, number: t.last, weight: weight}
		t.insert(key, e, t.head.prev)
		t.db.undo = append(t.db.undo, func() { t.remove(key, e) })
	}
	for t.weight > t.most {
		t.DeleteOldest()
	}
}

// DeleteOldest deletes the row that was added first, which there must be.
func (t *Table[R]) DeleteOldest() { t.Delete(t.key(t.Oldest())) }

// Delete deletes the row with a key. Without one it does nothing.
func (t *Table[R]) Delete(key string) {
	e := t.entries[key]
	if e == nil {
		return
	}
	before := e.prev
	t.remove(key, e)
	t.db.undo = append(t.db.undo, func() { t.insert(key, e, before) })
}

// DeleteFunc deletes the rows for which dead is true.
func (t *Table[R]) DeleteFunc(dead func(*R) bool) {
	for e := t.head.next; e != &t.head; {
		next := e.next
		if dead(e.row) {
			t.Delete(t.key(e.row))
		}
		e = next
	}
}

// insert links an entry behind another one, and indexes its row.
func (t *Table[R]) insert(key string, e, before *entry[R]) {
	e.prev, e.next = before, before.next
	e.prev.next, e.next.prev = e, e
	t.entries[key] = e
	t.weight += e.weight
	for _, x := range t.indexes {
		x.add(e, x.values(e.row))
	}
}

func (t *Table[R]) remove(key string, e *entry[R]) {
	for _, x := range t.indexes {
		x.drop(e, x.values(e.row))
	}
	delete(t.entries, key)
	t.weight -= e.weight
	e.prev.next, e.next.prev = e.next, e.prev
}

func (t *Table[R]) replace(e *entry[R], row *R, weight int) {
	for _, x := range t.indexes {
		x.move(e, x.values(e.row), x.values(row))
	}
	t.weight += weight - e.weight
	e.row, e.weight = row, weight
}
