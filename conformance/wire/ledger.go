package main

import (
	_ "embed" // the known differences
	"encoding/json"
	"fmt"
)

//go:embed differences.json
var differencesJSON []byte

// known is a difference that stays, and why.
type known struct {
	Operation string `json:"operation"`
	// Where is a place as a difference names it, as in "body.name".
	Where  string `json:"where"`
	Reason string `json:"reason"`

	used bool
}

// ledger are the known differences.
type ledger []*known

func loadLedger() (ledger, error) {
	var l ledger
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

// unknown are the differences that the ledger does not name.
func (l ledger) unknown(found []difference) []difference {
	var list []difference
	for _, d := range found {
		if !l.names(d) {
			list = append(list, d)
		}
	}
	return list
}

func (l ledger) names(d difference) bool {
	for _, k := range l {
		if k.Operation == d.Operation && k.Where == d.Where {
			k.used = true
			return true
		}
	}
	return false
}

// unused are the entries that name nothing any more.
func (l ledger) unused() []string {
	var list []string
	for _, k := range l {
		if !k.used {
			list = append(list, k.Operation+" "+k.Where)
		}
	}
	return list
}
