package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// alike returns two comparisons in which both SDKs did the same.
func alike() (comparisons []comparison, ours, node map[string]outcome) {
	comparisons = []comparison{getComparison("1"), getComparison("2")}
	ours, node = map[string]outcome{}, map[string]outcome{}
	for _, c := range comparisons {
		ours[c.Project], node[c.Project] = getOutcome(), getOutcome()
	}
	return comparisons, ours, node
}

func getComparison(project string) comparison {
	return comparison{
		Operation: "b2b.things.get", Name: "b2b client", Project: project,
		ours: ourCall{Client: "b2b"},
		node: nodeCall{Client: "b2b", Method: []string{"things", "get"}},
	}
}

func getOutcome() outcome {
	return outcome{
		sent: []sent{{
			Host: "auth", Method: "POST", Path: []string{"", "v1", "a/b"}, Query: []string{"a=1", "b=2"},
			Body: `{"name": "x", "of": {"size": 0}}`, ContentType: "application/json",
			Header: map[string][]string{"Authorization": {"Basic eDp5"}}, userAgent: "Other v1",
		}},
		answer: json.RawMessage(`{"thing": {"id": "1"}}`),
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	t.Run("counts the calls that are alike", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		s := summary{out: &out}
		comparisons, ours, node := alike()
		s.compare(comparisons, ours, node)
		require.NoError(t, s.result())
		assert.Contains(t, out.String(), `2 of 2 calls, of 1 operations, are alike: ours and those of "Other v1".`)
	})
	t.Run("names a difference and fails", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		s := summary{out: &out}
		comparisons, ours, node := alike()
		node["2"] = outcome{sent: node["2"].sent, answer: json.RawMessage(`{"thing": {"id": "1", "new": []}}`)}
		s.compare(comparisons, ours, node)
		require.Error(t, s.result())
		assert.Contains(t, out.String(), "b2b.things.get (b2b client): answer.thing.new: ours absent, Node's []\n1 of 2 calls")
	})
	t.Run("accepts a known difference, and prints how many there are", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		s := summary{out: &out, known: knownDifferences{{Operation: "b2b.things.get", Where: "error", Reason: "so it is"}}}
		comparisons, ours, node := alike()
		node["2"] = outcome{err: "no"}
		s.compare(comparisons, ours, node)
		require.NoError(t, s.result())
		assert.Contains(t, out.String(), "2 of 2 calls")
		assert.Contains(t, out.String(), "1 known differences")
	})
	t.Run("fails for a known difference that is gone", func(t *testing.T) {
		t.Parallel()
		s := summary{out: new(bytes.Buffer), known: knownDifferences{{Operation: "b2b.things.get", Where: "error", Reason: "so it was"}}}
		comparisons, ours, node := alike()
		s.compare(comparisons, ours, node)
		require.ErrorContains(t, s.result(), "b2b.things.get error")
	})
	t.Run("fails where a call never reached either server", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		s := summary{out: &out}
		comparisons, _, _ := alike()
		s.compare(comparisons, nil, nil)
		require.Error(t, s.result())
		assert.Contains(t, out.String(), "0 of 2 calls")
	})
}

func TestKnown_everyEntrySaysWhy(t *testing.T) {
	t.Parallel()
	known, err := loadKnown()
	require.NoError(t, err)
	assert.Len(t, known.unused(), len(known))
}

func TestReadOutcomes(t *testing.T) {
	t.Parallel()
	t.Run("reads the methods, then a line per call", func(t *testing.T) {
		t.Parallel()
		outcomes, methods, err := readOutcomes(bytes.NewBufferString(
			`{"b2b": {"things.get": true}, "b2c": {}}
			{"project": "1", "answer": {"a": [1]}}
			{"project": "2", "error": "TypeError"}`))
		require.NoError(t, err)
		assert.Equal(t, map[string]map[string]bool{"b2b": {"things.get": true}, "b2c": {}}, methods)
		assert.Equal(t, map[string]outcome{"1": {answer: json.RawMessage(`{"a": [1]}`)}, "2": {err: "TypeError"}}, outcomes)
	})
	for _, text := range []string{"", "[]", `{"b2b": {}} {"project": 7}`, `{"b2b": {}} {`} {
		t.Run("refuses "+text, func(t *testing.T) {
			t.Parallel()
			_, _, err := readOutcomes(bytes.NewBufferString(text))
			require.Error(t, err)
		})
	}
}
