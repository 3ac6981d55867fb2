package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

// Catalogue is catalog.json: the facts about the API that the specification is compared with.
type Catalogue struct {
	Sources  map[string]string `json:"sources"`
	Services []Service         `json:"services"`
	Types    map[string]Type   `json:"types"`
}

// Service is a service with its operations. Only conformance/wire uses the names in the SDK for Node.
type Service struct {
	Product      string      `json:"product"`
	ExposedOn    []string    `json:"exposed_on"`
	Path         []string    `json:"path"`
	GoAccessor   string      `json:"go_accessor"`
	NodeAccessor string      `json:"node_accessor"`
	ByHand       []ByHand    `json:"by_hand,omitempty"`
	Operations   []Operation `json:"operations,omitempty"`
}

// ByHand is an operation that is not one JSON call with the project's credentials, and calls the API. Form are the
// fields of an OAuth form.
type ByHand struct {
	Name       string   `json:"name"`
	HTTPMethod string   `json:"http_method"`
	Path       string   `json:"path"`
	Form       []string `json:"form,omitempty"`
}

// Operation is an endpoint.
type Operation struct {
	Name          string  `json:"name"`
	GoMethod      string  `json:"go_method"`
	NodeMethod    string  `json:"node_method"`
	HTTPMethod    string  `json:"http_method"`
	Path          string  `json:"path"`
	Base          string  `json:"base"`
	CallerSession bool    `json:"caller_session_headers"`
	ExactlyOneOf  []group `json:"exactly_one_of,omitempty"`
	Params        []Field `json:"params,omitempty"`
	Response      []Field `json:"response,omitempty"`
}

// Field is a parameter, a field of a response, or a field of a type. In is path, query or body, and empty where the
// field is no parameter.
type Field struct {
	Name        string       `json:"name"`
	In          string       `json:"in,omitempty"`
	Type        string       `json:"type"`
	Required    bool         `json:"required"`
	Nullable    bool         `json:"nullable,omitempty"`
	Constraints *Constraints `json:"constraints,omitempty"`
}

// Constraints are the constraints of a field for which OpenAPI has keywords.
type Constraints struct {
	Default      json.RawMessage `json:"default,omitempty"`
	Min          json.Number     `json:"min,omitempty"`
	Max          json.Number     `json:"max,omitempty"`
	ExclusiveMin json.Number     `json:"exclusive_min,omitempty"`
	ExclusiveMax json.Number     `json:"exclusive_max,omitempty"`
	MinLength    json.Number     `json:"min_length,omitempty"`
	MaxLength    json.Number     `json:"max_length,omitempty"`
	MinItems     json.Number     `json:"min_items,omitempty"`
	Pattern      string          `json:"pattern,omitempty"`
	Charset      string          `json:"charset,omitempty"`
	Format       string          `json:"format,omitempty"`
	Values       []string        `json:"documented_values,omitempty"`
	Deprecated   bool            `json:"deprecated,omitempty"`
}

// Type is a named type. Kind is object, enum or oneOf. UsedIn is a list of request, response and error, and of manual,
// jwt and request_headers, whose types the specification does not describe.
type Type struct {
	Kind   string   `json:"kind"`
	UsedIn []string `json:"used_in"`
	Values []string `json:"values,omitempty"`
	Fields []Field  `json:"fields,omitempty"`
}

// Errors is errors.json: every error_type, in alphabetical order.
type Errors struct {
	Errors []ErrorType `json:"errors"`
}

// ErrorType is an error_type with its status. Confidence says how reliable the status is.
type ErrorType struct {
	Code       string   `json:"error_type"`
	Status     int      `json:"http_status"`
	Confidence string   `json:"status_confidence"`
	Products   []string `json:"products"`
}

// Filters is search_filters.json.
type Filters struct {
	Searches map[string]Search `json:"searches"`
}

// Search is one operation's filters.
type Search struct {
	Product   string   `json:"product"`
	Operation string   `json:"operation"`
	Filters   []Filter `json:"filters"`
}

// Filter is one filter and the JSON type of its value.
type Filter struct {
	Name  string `json:"filter_name"`
	Value string `json:"filter_value"`
}

// group is one alternative of ExactlyOneOf: a field, or several fields that are set together.
type group []string

func (g *group) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*g = group{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(g))
}

func (g group) MarshalJSON() ([]byte, error) {
	if len(g) == 1 {
		return json.Marshal(g[0])
	}
	return json.Marshal([]string(g))
}

// load reads a file of the catalogue. It fails on an unknown name, which would not be compared.
func load[T any](folder fs.FS, name string) (*T, error) {
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	value := new(T)
	if err := decoder.Decode(value); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return value, nil
}

// id is an operation's id in the specification.
func (s Service) id(name string) string {
	return strings.Join(append(append([]string{s.Product}, s.Path...), name), ".")
}
