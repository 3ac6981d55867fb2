package store_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// model is what a table must hold: rows in order.
type model struct {
	rows []*person
}

func (m *model) at(id string) int {
	return slices.IndexFunc(m.rows, func(p *person) bool { return p.id == id })
}

func (m *model) conflicts(row *person) bool {
	return slices.ContainsFunc(m.rows, func(other *person) bool {
		shares := func(address string) bool { return slices.Contains(other.addresses, address) }
		return other.id != row.id &&
			(row.name != "" && other.name == row.name || slices.ContainsFunc(row.addresses, shares))
	})
}

func (m *model) put(row *person) {
	if i := m.at(row.id); i >= 0 {
		m.rows[i] = row
		return
	}
	m.rows = append(m.rows, row)
}

func (m *model) delete(id string) {
	m.rows = slices.DeleteFunc(m.rows, func(p *person) bool { return p.id == id })
}

func (m *model) filter(keep func(*person) bool) []*person {
	list := []*person{}
	for _, row := range m.rows {
		if keep(row) {
			list = append(list, row)
		}
	}
	return list
}

// equal compares a table with the model, by every index.
func (m *model) equal(t require.TestingT, p *people) {
	require.Equal(t, m.filter(func(*person) bool { return true }), p.Rows())
	require.Equal(t, len(m.rows), p.Len())
	for _, part := range parts {
		with := m.filter(func(p *person) bool { return strings.Contains(p.title, part) })
		require.ElementsMatch(t, with, slices.Collect(p.byTitle.With(part)), part)
	}
	for _, v := range letters {
		require.Equal(t, m.filter(func(p *person) bool { return p.team == v }), p.byTeam.Rows(v))
		first := m.filter(func(p *person) bool { return p.name == v })
		if len(first) == 0 {
			first = append(first, nil)
		}
		require.Equal(t, first[0], p.byName.First(v))
		require.Equal(t, m.filter(func(p *person) bool { return slices.Contains(p.addresses, v) }), p.byAddress.Rows(v))
		if at := m.at(v); at >= 0 {
			require.Equal(t, m.rows[at], p.Get(v))
		} else {
			require.Nil(t, p.Get(v))
		}
	}
}

var (
	letters = []string{"a", "b", "c", "d"}
	titles  = []string{"", "dean", "dead", "é-dean of", "n", "of"}
	parts   = []string{"dea", "n", "dean", "é", "of", "x", "an o", "nd"}
)

func drawPerson(t *rapid.T) *person {
	letter := rapid.SampledFrom(append([]string{""}, letters...))
	addresses := map[string]bool{}
	for _, a := range rapid.SliceOfN(rapid.SampledFrom(letters), 0, 3).Draw(t, "addresses") {
		addresses[a] = true
	}
	return &person{
		id: rapid.SampledFrom(letters).Draw(t, "id"), name: letter.Draw(t, "name"), team: letter.Draw(t, "team"),
		title: rapid.SampledFrom(titles).Draw(t, "title"), addresses: slices.Collect(maps.Keys(addresses)),
	}
}

// After any sequence of transactions, some of which are refused, a table holds what those that were not have put.
func TestTable_isWhatTransactionsMadeIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, m := newPeople(), &model{}
		for range rapid.IntRange(1, 10).Draw(t, "transactions") {
			next := &model{rows: slices.Clone(m.rows)}
			refused := rapid.Bool().Draw(t, "refused")
			err := p.db.Do(func() error {
				for range rapid.IntRange(0, 6).Draw(t, "steps") {
					step(t, p, next)
				}
				next.equal(t, p)
				if refused {
					return errors.New("refused")
				}
				return nil
			})
			require.Equal(t, refused, err != nil)
			if !refused {
				m = next
			}
			require.NoError(t, p.do(func() { m.equal(t, p) }))
		}
	})
}

func step(t *rapid.T, p *people, m *model) {
	row := drawPerson(t)
	switch rapid.SampledFrom([]string{"put", "put", "put", "delete", "delete some"}).Draw(t, "step") {
	case "put":
		require.Equal(t, m.conflicts(row), p.Conflict(row) != nil)
		if !m.conflicts(row) {
			p.Put(row)
			m.put(row)
		}
	case "delete":
		p.Delete(row.id)
		m.delete(row.id)
	default:
		dead := func(p *person) bool { return p.team == row.team }
		p.DeleteFunc(dead)
		m.rows = slices.DeleteFunc(m.rows, dead)
	}
}
