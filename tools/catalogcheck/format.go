package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// slim reads a file of the catalogue, possibly with more in it, and writes the part that is compared.
func slim(in io.Reader, out io.Writer) error {
	var full struct {
		Catalogue
		Filters
		Errors
	}
	if err := json.NewDecoder(in).Decode(&full); err != nil {
		return err
	}
	var text []byte
	var err error
	switch {
	case len(full.Searches) > 0:
		text, err = full.Filters.format()
	case len(full.Errors.Errors) > 0:
		text, err = full.Errors.format()
	case len(full.Services) > 0:
		empty := func(s Service) bool { return len(s.Operations)+len(s.ByHand) == 0 }
		full.Services = slices.DeleteFunc(full.Services, empty)
		full.dropEmpty()
		text, err = full.Catalogue.format()
	default:
		err = fmt.Errorf("no services, searches or errors")
	}
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

// dropEmpty removes formats that are not compared, and constraints of which nothing is.
func (c *Catalogue) dropEmpty() {
	tidy := func(fields []Field) {
		for i, f := range fields {
			if f.Constraints != nil && !secretFormat(f.Constraints.Format) {
				f.Constraints.Format = ""
			}
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

// writer writes JSON with one line for each field, operation and type, so that diffs are short.
type writer struct {
	text []byte
	err  error // the first error of json
}

func (w *writer) printf(format string, args ...any) { w.text = fmt.Appendf(w.text, format, args...) }

// json is the value in one line.
func (w *writer) json(v any) string {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false) // types are written with < and >
	if err := encoder.Encode(v); err != nil && w.err == nil {
		w.err = err
	}
	return string(bytes.TrimSpace(line.Bytes()))
}

// open writes an object without its closing brace, so that lists can follow.
func (w *writer) open(indent, key string, v any) {
	text := w.json(v)
	w.printf("%s%s%s", indent, key, text[:len(text)-1])
}

// list writes a member of an object that is a list, one element per line. It writes nothing for an empty list.
func (w *writer) list(indent, name string, fields []Field) {
	if len(fields) == 0 {
		return
	}
	w.printf(",\n%s %q: [\n", indent, name)
	for i, f := range fields {
		w.printf("%s  %s%s\n", indent, w.json(f), comma(i, len(fields)))
	}
	w.printf("%s ]", indent)
}

func comma(i, n int) string {
	if i < n-1 {
		return ","
	}
	return ""
}

// format is the text of catalog.json.
func (c Catalogue) format() ([]byte, error) {
	var w writer
	w.printf("{\n \"sources\": %s,\n \"services\": [\n", w.json(c.Sources))
	for i, s := range c.Services {
		operations, byHand := s.Operations, s.ByHand
		s.Operations, s.ByHand = nil, nil
		w.open("  ", "", s)
		if len(byHand) > 0 {
			w.printf(",\n   \"by_hand\": [\n")
			for j, op := range byHand {
				w.printf("    %s%s\n", w.json(op), comma(j, len(byHand)))
			}
			w.printf("   ]")
		}
		if len(operations) > 0 {
			w.printf(",\n   \"operations\": [\n")
		}
		for j, op := range operations {
			params, response := op.Params, op.Response
			op.Params, op.Response = nil, nil
			w.open("    ", "", op)
			w.list("    ", "params", params)
			w.list("    ", "response", response)
			w.printf("}%s\n", comma(j, len(operations)))
		}
		if len(operations) > 0 {
			w.printf("   ]")
		}
		w.printf("}%s\n", comma(i, len(c.Services)))
	}
	w.printf(" ],\n \"types\": {\n")
	for i, name := range slices.Sorted(maps.Keys(c.Types)) {
		t := c.Types[name]
		fields := t.Fields
		t.Fields = nil
		w.open("  ", fmt.Sprintf("%q: ", name), t)
		w.list("  ", "fields", fields)
		w.printf("}%s\n", comma(i, len(c.Types)))
	}
	w.printf(" }\n}\n")
	return w.text, w.err
}

// format is the text of errors.json.
func (e Errors) format() ([]byte, error) {
	var w writer
	w.printf("{\n \"errors\": [\n")
	for i, code := range e.Errors {
		w.printf("  %s%s\n", w.json(code), comma(i, len(e.Errors)))
	}
	w.printf(" ]\n}\n")
	return w.text, w.err
}

// format is the text of search_filters.json.
func (f Filters) format() ([]byte, error) {
	var w writer
	w.printf("{\n \"searches\": {\n")
	for i, name := range slices.Sorted(maps.Keys(f.Searches)) {
		s := f.Searches[name]
		w.printf("  %q: {\"product\": %q, \"operation\": %q, \"filters\": [", name, s.Product, s.Operation)
		for j, filter := range s.Filters {
			w.printf("\n   %s%s", w.json(filter), comma(j, len(s.Filters)))
		}
		w.printf("]}%s\n", comma(i, len(f.Searches)))
	}
	w.printf(" }\n}\n")
	return w.text, w.err
}
