package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	yaml "github.com/pb33f/go-yaml"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// Decisions is decisions.yaml: what no source states and this project decided, said a second time.
type Decisions struct {
	Retry   Retry   `yaml:"retry"`
	Secrets Secrets `yaml:"secrets"`
	// HTTPStatus are the codes for which stytcherror.HTTPStatus differs from the API's status, by what it returns.
	HTTPStatus map[int][]string `yaml:"http_status"`
	// StartURLs are the paths at which a browser begins a login, by operation.
	StartURLs map[string]string `yaml:"start_urls"`
	// Errors are the error_types that each operation lists.
	Errors map[string][]string `yaml:"errors"`
}

func loadDecisions(folder fs.FS) (*Decisions, error) {
	const name = "decisions.yaml"
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, err
	}
	d := new(Decisions)
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(d); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, e := range d.Retry.Exceptions {
		if !strings.HasSuffix(e.Reason, ".") {
			return nil, fmt.Errorf("%s: retry of %s: needs a sentence as reason", name, e.Operation)
		}
	}
	for _, e := range d.Secrets.Exceptions {
		if !strings.HasSuffix(e.Reason, ".") {
			return nil, fmt.Errorf("%s: secret %s: needs a sentence as reason", name, e.Where)
		}
	}
	return d, nil
}

// errorTypes compares the error_types with their statuses, and the lists of each operation.
func (c *checker) errorTypes(facts *Errors, d *Decisions, api *ir.API) {
	codes := map[string]ir.ErrorCode{}
	for _, code := range api.ErrorCodes() {
		codes[code.Code] = code
	}
	known := map[string]bool{}
	for _, want := range facts.Errors {
		known[want.Code] = true
		code, ok := codes[want.Code]
		c.count.errors.add(ok)
		if !ok {
			c.differ("error", want.Code, strconv.Itoa(want.Status), "")
			continue
		}
		c.same("status", want.Code, strconv.Itoa(want.Status), strconv.Itoa(code.Status))
		c.same("confidence", want.Code, want.Confidence, code.Confidence)
		c.same("products", want.Code, sorted(want.Products), sorted(code.Products))
	}
	returned := map[string]int{}
	for status, list := range d.HTTPStatus {
		for _, code := range list {
			returned[code] = status
		}
	}
	for _, name := range slices.Sorted(maps.Keys(codes)) {
		code := codes[name]
		if !known[name] {
			c.differ("error", name, "", strconv.Itoa(code.Status))
		}
		c.same("HTTPStatus", name, optional(returned[name]), optional(code.HTTPStatus))
		delete(returned, name)
	}
	for _, name := range slices.Sorted(maps.Keys(returned)) {
		c.differ("HTTPStatus", name, optional(returned[name]), "")
	}
	c.errorLists(d.Errors, api)
}

// optional is a number in text, empty for zero.
func optional(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// errorLists compares the error_types that each operation lists.
func (c *checker) errorLists(want map[string][]string, api *ir.API) {
	have := map[string][]string{}
	for _, p := range api.Packages {
		for _, op := range p.Ops {
			for _, code := range op.Errors {
				have[op.ID] = append(have[op.ID], code.Code)
			}
		}
	}
	ids := slices.Concat(slices.Collect(maps.Keys(want)), slices.Collect(maps.Keys(have)))
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		for _, code := range want[id] {
			if !slices.Contains(have[id], code) {
				c.differ("listed error", id, code, "")
			}
		}
		for _, code := range have[id] {
			if !slices.Contains(want[id], code) {
				c.differ("listed error", id, "", code)
			}
		}
	}
}
