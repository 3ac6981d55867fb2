package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	yaml "github.com/pb33f/go-yaml"
)

// Difference is a place where catalogue and specification differ. Catalogue and API are what they say; the one that
// says nothing is empty.
type Difference struct{ Kind, Where, Catalogue, API string }

func (d Difference) String() string { return d.Kind + " " + d.Where + ": " + d.says() }

func (d Difference) says() string {
	return cmp.Or(d.Catalogue, "nothing") + " -> " + cmp.Or(d.API, "nothing")
}

// Reason explains differences. In Where and Says a star matches any text. Count is how many differences there must be,
// 1 by default, so that a star does not match new ones.
type Reason struct {
	Kind   string `yaml:"kind"`
	Where  string `yaml:"where"`
	Says   string `yaml:"says"`
	Count  int    `yaml:"count"`
	Reason string `yaml:"reason"`
}

func (r Reason) String() string { return r.Kind + " " + r.Where + ": " + r.Says }

func (r Reason) explains(d Difference) bool {
	return r.Kind == d.Kind && matches(r.Where, d.Where) && matches(r.Says, d.says())
}

func matches(pattern, text string) bool {
	quoted := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`)
	return regexp.MustCompile(`^` + quoted + `$`).MatchString(text)
}

// loadReasons reads differences.yaml.
func loadReasons(folder fs.FS) ([]Reason, error) {
	const name = "differences.yaml"
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, err
	}
	var file struct {
		Differences []Reason `yaml:"differences"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i, r := range file.Differences {
		if r.Kind == "" || r.Where == "" || r.Says == "" || !strings.HasSuffix(r.Reason, ".") {
			return nil, fmt.Errorf("%s: %s: needs kind, where, says and a sentence as reason", name, r)
		}
		file.Differences[i].Count = cmp.Or(r.Count, 1)
	}
	return file.Differences, nil
}

// unexplained returns a line for each difference without a reason, and for each reason whose count is not right.
func unexplained(differences []Difference, reasons []Reason) []string {
	var problems []string
	used := make([]int, len(reasons))
	for _, d := range differences {
		explained := false
		for i, r := range reasons {
			if r.explains(d) {
				used[i]++
				explained = true
				break
			}
		}
		if !explained {
			problems = append(problems, d.String())
		}
	}
	for i, r := range reasons {
		if used[i] != r.Count {
			problem := fmt.Sprintf("differences.yaml: %s: %d differences, not %d", r, used[i], r.Count)
			problems = append(problems, problem)
		}
	}
	return problems
}
