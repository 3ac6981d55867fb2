package idp

import (
	"errors"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/emulator/internal/strict"
	"github.com/seed75add069/stytch-go/shared"
)

// maxClaims bounds what is said of a person, in bytes of JSON.
const maxClaims = 60 << 10

// ParseObject parses a JSON object that can be stored, in which no name occurs twice. The error says what it is.
func ParseObject(data []byte) (map[string]any, error) {
	if len(data) > maxClaims || strict.TooDeep(data, state.MaxDepth/2) {
		return nil, errors.New("it is larger or nested deeper than what is kept")
	}
	var o shared.Object
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, strict.Explain(err, "")
	}
	if o == nil {
		return nil, errors.New("it is not a JSON object")
	}
	return o, nil
}
