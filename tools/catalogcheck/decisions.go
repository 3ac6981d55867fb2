package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"

	yaml "github.com/pb33f/go-yaml"
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
