package ir

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// works is the outcome of a call that works.
const works = "200"

// ReadOutcomes takes what the emulator's tests have seen of each operation, as JSON: a list of outcomes by label. It
// fails where x-stytch-emulator says something else.
func (api *API) ReadOutcomes(data []byte) error {
	var seen map[string][]string
	if err := json.Unmarshal(data, &seen); err != nil {
		return fmt.Errorf("outcomes: %w", err)
	}
	for _, p := range api.Packages {
		for _, op := range p.Ops {
			op.Outcomes = seen[p.Label(op.ID)]
			if built := slices.Contains(op.Outcomes, works); built != (op.Emulator != "none") {
				return fmt.Errorf("%s: x-stytch-emulator is %s, and tests have seen %q",
					op.ID, op.Emulator, op.Outcomes)
			}
		}
	}
	return nil
}

// Refusals are the errors among the outcomes, by their error_type alone.
func (op *Op) Refusals() []string {
	var list []string
	for _, outcome := range op.Outcomes {
		if _, code, isError := strings.Cut(outcome, " "); isError && !slices.Contains(list, code) {
			list = append(list, code)
		}
	}
	slices.Sort(list)
	return list
}
