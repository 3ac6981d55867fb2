package main

import (
	_ "embed" // differences.json
	"encoding/json"
	"fmt"
)

//go:embed differences.json
var differencesJSON []byte

// known is a difference that is accepted, with the reason.
type known struct {
	Operation string `json:"operation"`
	// Where is that of the difference, as in "body.name".
	Where  string `json:"where"`
	Reason string `json:"reason"`

	used bool
}

// knownDifferences is the content of differences.json.
type knownDifferences []*known

func loadKnown() (knownDifferences, error) {
	var l knownDifferences
	if err := json.Unmarshal(differencesJSON, &l); err != nil {
		return nil, fmt.Errorf("differences.json: %w", err)
	}
	for _, k := range l {
		if k.Operation == "" || k.Where == "" || k.Reason == "" {
			return nil, fmt.Errorf("differences.json: %q %q: operation, where and reason are required",
				k.Operation, k.Where)
		}
	}
	return l, nil
}

// unknown returns the differences that are not known.
func (l knownDifferences) unknown(found []difference) []difference {
	var list []difference
	for _, d := range found {
		if !l.contains(d) {
			list = append(list, d)
		}
	}
	return list
}

// contains reports whether a difference is known, and marks its entry as used.
func (l knownDifferences) contains(d difference) bool {
	for _, k := range l {
		if k.Operation == d.Operation && k.Where == d.Where {
			k.used = true
			return true
		}
	}
	return false
}

// unused returns the entries that contains never found.
func (l knownDifferences) unused() []string {
	var list []string
	for _, k := range l {
		if !k.used {
			list = append(list, k.Operation+" "+k.Where)
		}
	}
	return list
}
