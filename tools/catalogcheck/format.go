package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// slim reads a catalogue of any width and writes what of it is compared.
func slim(in io.Reader, out io.Writer) error {
	var full struct {
		Catalogue
		Filters
	}
	if err := json.NewDecoder(in).Decode(&full); err != nil {
		return err
	}
	var text []byte
	var err error
	switch {
	case len(full.Searches) > 0:
		text, err = full.Filters.format()
	case len(full.Services) > 0:
		full.Services = slices.DeleteFunc(full.Services, func(s Service) bool { return len(s.Operations) == 0 })
		full.dropEmpty()
		text, err = full.Catalogue.format()
	default:
		err = fmt.Errorf("neither services nor searches")
	}
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

// dropEmpty removes constraints of which nothing is compared.
func (c *Catalogue) dropEmpty() {
	tidy := func(fields []Field) {
		for i, f := range fields {
			if text, err := json.Marshal(f.Constraints); err == nil && string(text) == "{}" {
				fields[i].Constraints = nil
			}
		}
	}
	for _, s := range c.Services {
		for _, op := range s.Operations {
			tidy(op.Params)
			tidy(op.Response)
		}
	}
	for _, t := range c.Types {
		tidy(t.Fields)
	}
}

// page collects JSON with a line for each thing that can change alone.
type page struct {
	text []byte
	err  error
}

func (p *page) printf(format string, args ...any) { p.text = fmt.Appendf(p.text, format, args...) }

// json is the value in one line.
func (p *page) json(v any) string {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false) // types are written with < and >
	if err := encoder.Encode(v); err != nil {
		p.err = err
	}
	return string(bytes.TrimSpace(line.Bytes()))
}

// open writes an object's short fields and leaves it open for the long ones.
func (p *page) open(indent, key string, v any) {
	text := p.json(v)
	p.printf("%s%s%s", indent, key, text[:len(text)-1])
}

// list writes a field that holds objects, a line for each.
func (p *page) list(indent, name string, fields []Field) {
	if len(fields) == 0 {
		return
	}
	p.printf(",\n%s %q: [\n", indent, name)
	for i, f := range fields {
		p.printf("%s  %s%s\n", indent, p.json(f), comma(i, len(fields)))
	}
	p.printf("%s ]", indent)
}

func comma(i, n int) string {
	if i < n-1 {
		return ","
	}
	return ""
}

// format is the catalogue as it stands in the repository.
func (c Catalogue) format() ([]byte, error) {
	var p page
	p.printf("{\n \"sources\": %s,\n \"services\": [\n", p.json(c.Sources))
	for i, s := range c.Services {
		operations := s.Operations
		s.Operations = nil
		p.open("  ", "", s)
		p.printf(",\n   \"operations\": [\n")
		for j, op := range operations {
			params, response := op.Params, op.Response
			op.Params, op.Response = nil, nil
			p.open("    ", "", op)
			p.list("    ", "params", params)
			p.list("    ", "response", response)
			p.printf("}%s\n", comma(j, len(operations)))
		}
		p.printf("   ]}%s\n", comma(i, len(c.Services)))
	}
	p.printf(" ],\n \"types\": {\n")
	for i, name := range slices.Sorted(maps.Keys(c.Types)) {
		t := c.Types[name]
		fields := t.Fields
		t.Fields = nil
		p.open("  ", fmt.Sprintf("%q: ", name), t)
		p.list("  ", "fields", fields)
		p.printf("}%s\n", comma(i, len(c.Types)))
	}
	p.printf(" }\n}\n")
	return p.text, p.err
}

// format is the filters as they stand in the repository.
func (f Filters) format() ([]byte, error) {
	var p page
	p.printf("{\n \"searches\": {\n")
	for i, name := range slices.Sorted(maps.Keys(f.Searches)) {
		s := f.Searches[name]
		p.printf("  %q: {\"product\": %q, \"operation\": %q, \"filters\": [", name, s.Product, s.Operation)
		for j, filter := range s.Filters {
			p.printf("\n   %s%s", p.json(filter), comma(j, len(s.Filters)))
		}
		p.printf("]}%s\n", comma(i, len(f.Searches)))
	}
	p.printf(" }\n}\n")
	return p.text, p.err
}
