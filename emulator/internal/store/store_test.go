package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// person is a row. Names are unique, and so is each address; teams and titles are shared.
type person struct {
	id, name, team, title string
	addresses             []string
}

type people struct {
	db *store.DB
	*store.Table[person]
	byName, byTeam, byTitle, byAddress *store.Index[person]
}

func newPeople() *people {
	db := store.New()
	t := store.NewTable(db, "people", func(p *person) string { return p.id })
	return &people{
		db: db, Table: t,
		byName:    t.Unique("name", func(p *person) string { return p.name }),
		byTeam:    t.Index("team", func(p *person) string { return p.team }),
		byTitle:   t.Text("title", func(p *person) string { return p.title }),
		byAddress: t.UniqueEach("address", func(p *person) []string { return p.addresses }),
	}
}

func (p *people) do(run func()) error {
	return p.db.Do(func() error {
		run()
		return nil
	})
}

var (
	ada = &person{id: "1", name: "ada", team: "a", addresses: []string{"ada@a", "ada@b"}}
	bob = &person{id: "2", name: "bob", team: "a"}
	eve = &person{id: "3", team: "b"}
)

func TestTable_findsRows(t *testing.T) {
	t.Parallel()
	p := newPeople()
	require.NoError(t, p.do(func() {
		p.Put(ada)
		p.Put(bob)
		p.Put(eve)
	}))
	require.NoError(t, p.do(func() {
		assert.Equal(t, bob, p.Get("2"))
		assert.Nil(t, p.Get("4"))
		assert.Equal(t, ada, p.byName.First("ada"))
		assert.Equal(t, ada, p.byAddress.First("ada@b"))
		assert.Equal(t, []*person{ada, bob}, p.byTeam.Rows("a"))
		assert.Equal(t, 2, p.byTeam.Len("a"))
		assert.Equal(t, []*person{ada, bob, eve}, p.Rows())
		assert.Equal(t, 3, p.Len())
		assert.Nil(t, p.byName.First(""), "an empty value is not in an index")
		assert.Empty(t, p.byTeam.Rows("c"))
	}))
}

func TestTable_replacedRowKeepsItsPlace(t *testing.T) {
	t.Parallel()
	p := newPeople()
	moved := &person{id: "1", name: "ada", team: "b"}
	require.NoError(t, p.do(func() {
		p.Put(ada)
		p.Put(eve)
		p.Put(moved)
		assert.Equal(t, []*person{moved, eve}, p.byTeam.Rows("b"))
		assert.Empty(t, p.byTeam.Rows("a"))
		assert.Nil(t, p.byAddress.First("ada@a"))
		assert.Equal(t, []*person{moved, eve}, p.Rows())
	}))
}

func TestTable_keepsACopyOfARow(t *testing.T) {
	t.Parallel()
	type tagged struct {
		ID   string
		Tags []string
	}
	db := store.New()
	table := store.NewTable(db, "tagged", func(r *tagged) string { return r.ID })
	require.NoError(t, db.Do(func() error {
		row := &tagged{"1", []string{"a"}}
		table.Put(row)
		row.Tags[0] = "b"
		assert.Equal(t, []string{"a"}, table.Get("1").Tags)
		return nil
	}))
}

func TestTable_deletesTheOldestRowsBeyondABound(t *testing.T) {
	t.Parallel()
	p := newPeople()
	p.Bound(10, func(row *person) (*person, int) { return new(*row), len(row.title) })
	titled := func(id, title string) *person { return &person{id: id, title: title} }
	ids := func() (list []string) {
		for _, row := range p.Rows() {
			list = append(list, row.id)
		}
		return list
	}
	require.NoError(t, p.do(func() {
		p.Put(titled("1", "aaa"))
		p.Put(titled("2", "aaa"))
		p.Put(titled("3", "aaaa"))
	}))
	assert.Equal(t, []string{"1", "2", "3"}, ids())
	require.Error(t, p.db.Do(func() error {
		p.Put(titled("4", "aaaaa"))
		assert.Equal(t, []string{"3", "4"}, ids())
		p.Put(titled("3", "aaaaaa"))
		assert.Equal(t, []string{"4"}, ids())
		return errors.New("refused")
	}))
	assert.Equal(t, []string{"1", "2", "3"}, ids(), "as before")
	require.NoError(t, p.do(func() {
		p.Put(titled("2", "a"))
		p.Put(titled("4", "aa"))
		assert.Equal(t, []string{"1", "2", "3", "4"}, ids())
		p.Delete("3")
		p.Put(titled("5", "aaaa"))
	}))
	assert.Equal(t, []string{"1", "2", "4", "5"}, ids())
}

func TestTable_numbersGrowAndAreNeverUsedAgain(t *testing.T) {
	t.Parallel()
	p := newPeople()
	numbers := func() []uint64 {
		var list []uint64
		for n := range p.All() {
			list = append(list, n)
		}
		return list
	}
	require.NoError(t, p.do(func() {
		p.Put(ada)
		p.Put(bob)
		p.Delete("2")
		p.Put(bob)
		p.Put(ada)
		assert.Equal(t, []uint64{1, 3}, numbers())
		assert.Equal(t, uint64(3), p.Number("2"))
		assert.Zero(t, p.Number("4"))
	}))
}

func TestTable_refusesConflicts(t *testing.T) {
	t.Parallel()
	p := newPeople()
	for index, row := range map[string]*person{
		"name":    {id: "9", name: "ada"},
		"address": {id: "9", addresses: []string{"x", "ada@b"}},
		"":        {name: "nobody"},
	} {
		require.NoError(t, p.do(func() { p.Put(ada) }))
		var conflict *store.ConflictError
		require.NoError(t, p.do(func() { require.ErrorAs(t, p.Conflict(row), &conflict) }))
		assert.Equal(t, "people", conflict.Table)
		assert.Equal(t, index, conflict.Index)
		assert.NotEmpty(t, conflict.Error())
		assert.PanicsWithError(t, conflict.Error(), func() {
			_ = p.do(func() {
				p.Put(bob)
				p.Put(row)
			})
		})
		require.NoError(t, p.do(func() { assert.Equal(t, []*person{ada}, p.Rows(), "a panic undoes") }))
	}
	require.NoError(t, p.do(func() { require.NoError(t, p.Conflict(ada), "a row does not conflict with itself") }))
}

func TestTable_indexesComeBeforeRows(t *testing.T) {
	t.Parallel()
	p := newPeople()
	require.NoError(t, p.do(func() { p.Put(ada) }))
	assert.Panics(t, func() { p.Index("late", func(*person) string { return "x" }) })
}

func TestTable_iterationsStop(t *testing.T) {
	t.Parallel()
	p := newPeople()
	require.NoError(t, p.do(func() {
		p.Put(ada)
		p.Put(bob)
		n := 0
		for range p.All() {
			n++
			break
		}
		for range p.byTeam.All("a") {
			n++
			break
		}
		assert.Equal(t, 2, n)
	}))
}

func TestDo_changesNothingWhenRefused(t *testing.T) {
	t.Parallel()
	p := newPeople()
	require.NoError(t, p.do(func() { p.Put(ada); p.Put(eve) }))
	refusal := errors.New("no")
	err := p.db.Do(func() error {
		p.Put(&person{id: "1", name: "countess", team: "b"})
		p.Delete("3")
		p.Put(bob)
		p.DeleteFunc(func(*person) bool { return true })
		return refusal
	})
	require.ErrorIs(t, err, refusal)
	require.NoError(t, p.do(func() {
		assert.Equal(t, []*person{ada, eve}, p.Rows())
		assert.Equal(t, []*person{ada}, p.byTeam.Rows("a"))
		assert.Equal(t, []*person{eve}, p.byTeam.Rows("b"))
		assert.Equal(t, ada, p.byName.First("ada"))
		assert.Nil(t, p.byName.First("countess"))
		assert.Equal(t, ada, p.byAddress.First("ada@a"))
	}))
}

func TestDo_runsOneAtATime(t *testing.T) {
	t.Parallel()
	p := newPeople()
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() { _ = p.do(func() { p.Put(&person{id: fmt.Sprint(p.Len())}) }) })
	}
	group.Wait()
	require.NoError(t, p.do(func() { assert.Equal(t, 100, p.Len()) }))
}
