package store

import (
	"cmp"
	"iter"
	"slices"
)

// Index finds the rows of a table by values other than their key.
type Index[R any] struct {
	name   string
	unique bool
	values func(*R) []string
	// entries are in the order of their numbers.
	entries map[string][]*entry[R]
	// texts are the values, if they can be searched for parts.
	texts *texts
}

// Index adds an index by a value that many rows may share. A row whose value is empty is not in the index. Indexes are
// added before rows.
func (t *Table[R]) Index(name string, value func(*R) string) *Index[R] {
	return t.index(name, false, one(value))
}

// IndexEach adds an index by several values of a row, of which none occurs twice in one row.
func (t *Table[R]) IndexEach(name string, values func(*R) []string) *Index[R] {
	return t.index(name, false, values)
}

// Unique is Index for a value that no two rows may share.
func (t *Table[R]) Unique(name string, value func(*R) string) *Index[R] {
	return t.index(name, true, one(value))
}

// UniqueEach is IndexEach for values that no two rows may share.
func (t *Table[R]) UniqueEach(name string, values func(*R) []string) *Index[R] {
	return t.index(name, true, values)
}

// Text is Index for a value that is searched for parts. It has no newline.
func (t *Table[R]) Text(name string, value func(*R) string) *Index[R] {
	x := t.index(name, false, one(value))
	x.texts = &texts{at: map[string]int{}}
	return x
}

func one[R any](value func(*R) string) func(*R) []string {
	return func(row *R) []string {
		if v := value(row); v != "" {
			return []string{v}
		}
		return nil
	}
}

func (t *Table[R]) index(name string, unique bool, values func(*R) []string) *Index[R] {
	if len(t.entries) > 0 {
		panic("store: an index of " + t.name + " was added after rows")
	}
	x := &Index[R]{name: name, unique: unique, values: values, entries: map[string][]*entry[R]{}}
	t.indexes = append(t.indexes, x)
	return x
}

// First returns the oldest row with a value, nil if there is none.
func (x *Index[R]) First(value string) *R {
	if list := x.entries[value]; len(list) > 0 {
		return list[0].row
	}
	return nil
}

// Len is the number of rows with a value.
func (x *Index[R]) Len(value string) int { return len(x.entries[value]) }

// With yields the rows whose value has a part, in no order, if [Table.Text] has made the index. The table must not be
// changed meanwhile.
func (x *Index[R]) With(part string) iter.Seq[*R] {
	return func(yield func(*R) bool) {
		for text := range x.texts.with(part) {
			for _, e := range x.entries[text] {
				if !yield(e.row) {
					return
				}
			}
		}
	}
}

// All yields the rows with a value as [Table.All] does. The table must not be changed meanwhile.
func (x *Index[R]) All(value string) iter.Seq2[uint64, *R] {
	return func(yield func(uint64, *R) bool) {
		for _, e := range x.entries[value] {
			if !yield(e.number, e.row) {
				return
			}
		}
	}
}

// Rows returns the rows with a value, oldest first.
func (x *Index[R]) Rows(value string) []*R {
	list := x.entries[value]
	rows := make([]*R, len(list))
	for i, e := range list {
		rows[i] = e.row
	}
	return rows
}

func (x *Index[R]) add(e *entry[R], values []string) {
	for _, v := range values {
		list := x.entries[v]
		if len(list) == 0 && x.texts != nil {
			x.texts.add(v)
		}
		at, _ := slices.BinarySearchFunc(list, e.number, byNumber[R])
		x.entries[v] = slices.Insert(list, at, e)
	}
}

func (x *Index[R]) drop(e *entry[R], values []string) {
	for _, v := range values {
		list := x.entries[v]
		if len(list) == 1 {
			if x.texts != nil {
				x.texts.remove(v)
			}
			delete(x.entries, v)
			continue
		}
		at, _ := slices.BinarySearchFunc(list, e.number, byNumber[R])
		x.entries[v] = slices.Delete(list, at, at+1)
	}
}

func (x *Index[R]) move(e *entry[R], from, to []string) {
	if slices.Equal(from, to) {
		return
	}
	x.drop(e, from)
	x.add(e, to)
}

func byNumber[R any](e *entry[R], number uint64) int { return cmp.Compare(e.number, number) }
