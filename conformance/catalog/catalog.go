// Package catalog reads catalog.json, the facts about the API, for packages wire and flows. Command catalogcheck
// compares the file with api/.
package catalog

import (
	_ "embed" // catalog.json
	"encoding/json"
	"slices"
	"strings"
)

//go:embed catalog.json
var text []byte

// Catalogue is the part of catalog.json that a call needs.
type Catalogue struct {
	Services []Service       `json:"services"`
	Types    map[string]Type `json:"types"`
}

// Service is a service, with its accessors in the SDKs.
type Service struct {
	Product      string      `json:"product"`
	ExposedOn    []string    `json:"exposed_on"`
	Path         []string    `json:"path"`
	GoAccessor   string      `json:"go_accessor"`
	NodeAccessor string      `json:"node_accessor"`
	Operations   []Operation `json:"operations"`
	// ByHand are further operations, with neither parameters nor a response.
	ByHand []Operation `json:"by_hand"`
}

// Operation is an endpoint, with its methods in the SDKs. CallerSession says whether a session can make the call.
type Operation struct {
	Name          string  `json:"name"`
	GoMethod      string  `json:"go_method"`
	NodeMethod    string  `json:"node_method"`
	HTTPMethod    string  `json:"http_method"`
	Path          string  `json:"path"`
	CallerSession bool    `json:"caller_session_headers"`
	Params        []Field `json:"params"`
	Response      []Field `json:"response"`
}

// Field is a parameter, a field of a response, or a field of a type. README.md says how Type is written.
type Field struct {
	Name     string `json:"name"`
	In       string `json:"in"`
	Type     string `json:"type"`
	Required bool   `json:"required"`
	Nullable bool   `json:"nullable"`
}

// Type is a named type: an enum with values, or an object with fields.
type Type struct {
	Kind   string   `json:"kind"`
	Values []string `json:"values"`
	Fields []Field  `json:"fields"`
}

// Load reads the catalogue.
func Load() (*Catalogue, error) {
	c := new(Catalogue)
	return c, json.Unmarshal(text, c)
}

// ID is an operation's id, as in "b2b.sessions.get".
func (s *Service) ID(op *Operation) string {
	return strings.Join(slices.Concat([]string{s.Product}, s.Path, []string{op.Name}), ".")
}
