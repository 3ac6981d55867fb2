package main

import (
	"fmt"
	"go/ast"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// words are what documents may mention between backticks, beside the names that a resolver looks up, and where their
// links may lead.
type words struct {
	root        fs.FS
	identifiers map[string]bool // in the code of all modules
	targets     []string        // of the Makefile
	files       map[string]bool // by their names without the folder
}

var (
	// camelCase is a name of Go that stands alone, or with arguments.
	camelCase = regexp.MustCompile(`^[A-Z][a-z]+[A-Z]\w*(?:\(.*\))?$`)
	makeCall  = regexp.MustCompile(`^make ([a-z0-9 -]+)$`)
	target    = regexp.MustCompile(`(?m)^([a-z0-9-]+):.*## `)
	filePath  = regexp.MustCompile(`^[\w.-]+(?:/[\w.-]+)*(?:/[\w.-]*|\.(?:md|go|json|ya?ml|mjs|tmpl|mod|sum))$`)
	link      = regexp.MustCompile(`\]\(([^)\s#]+)[^)]*\)`)
)

func newWords(root string) (*words, error) {
	w := &words{root: os.DirFS(root), identifiers: map[string]bool{}, files: map[string]bool{}}
	makefile, err := fs.ReadFile(w.root, "Makefile")
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	for _, match := range target.FindAllSubmatch(makefile, -1) {
		w.targets = append(w.targets, string(match[1]))
	}
	return w, fs.WalkDir(w.root, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		w.files[path.Base(name)] = true
		return err
	})
}

// add adds the identifiers in packages.
func (w *words) add(packages []*goPackage) {
	for _, p := range packages {
		for _, f := range p.files {
			ast.Inspect(f.tree, func(n ast.Node) bool {
				if ident, ok := n.(*ast.Ident); ok {
					w.identifiers[ident.Name] = true
				}
				return true
			})
		}
	}
}

// check returns a line for each word in a document's prose that means nothing, and for each link that leads nowhere.
func (w *words) check(name, text string) []string {
	var failures []string
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		if fenced {
			continue
		}
		var unknown []string
		for _, code := range span.FindAllString(line, -1) {
			unknown = append(unknown, w.unknown(name, strings.Trim(code, "`"))...)
		}
		for _, match := range link.FindAllStringSubmatch(line, -1) {
			if !strings.Contains(match[1], ":") && !w.exists(path.Join(path.Dir(name), match[1])) {
				unknown = append(unknown, match[1])
			}
		}
		for _, word := range unknown {
			failures = append(failures, fmt.Sprintf("%s:%d: there is no %s", name, i+1, word))
		}
	}
	return failures
}

// unknown returns what a span of code mentions and does not exist: a name of Go, a target of make or a file.
func (w *words) unknown(document, code string) []string {
	switch {
	case camelCase.MatchString(code):
		if name, _, _ := strings.Cut(code, "("); !w.identifiers[name] {
			return []string{name}
		}
	case makeCall.MatchString(code):
		isTarget := func(name string) bool { return slices.Contains(w.targets, name) }
		return slices.DeleteFunc(strings.Fields(code)[1:], isTarget)
	case filePath.MatchString(code) && !w.isFile(document, strings.TrimSuffix(code, "/")):
		return []string{code}
	}
	return nil
}

// isFile reports whether a path is that of a file, from the root or the document's folder, or the name of one anywhere.
// A path whose first folder is unknown is none of the repository's, as in encoding/json.
func (w *words) isFile(document, name string) bool {
	first, _, inFolder := strings.Cut(name, "/")
	beside := path.Join(path.Dir(document), name)
	switch {
	case w.exists(name), w.exists(beside):
		return true
	case inFolder:
		return !w.exists(first) && !w.exists(path.Join(path.Dir(document), first))
	}
	return w.files[name]
}

func (w *words) exists(name string) bool {
	_, err := fs.Stat(w.root, filepath.ToSlash(path.Clean(name)))
	return err == nil
}
