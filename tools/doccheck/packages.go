package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"strings"
)

// listed is what go list says of a package.
type listed struct {
	ImportPath, Name, Dir, Export string
	Error                         *struct{ Err string }
}

// list runs go list in the module at root.
func list(ctx context.Context, root string, args ...string) ([]listed, error) {
	args = append([]string{"list", "-e", "-json=ImportPath,Name,Dir,Export,Error"}, args...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.String())
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
}

// index maps a package's name to the import paths it may mean: packages of the module and of the standard library that
// documentation can import.
func index(ctx context.Context, root string) (map[string][]string, error) {
	packages, err := list(ctx, root, "./...", "std")
	if err != nil {
		return nil, err
	}
	names := map[string][]string{}
	for _, p := range packages {
		hidden := p.Name == "main" || p.Name == "" || strings.HasPrefix(p.ImportPath, "vendor/")
		for part := range strings.SplitSeq(p.ImportPath, "/") {
			hidden = hidden || part == "internal"
		}
		if !hidden {
			names[p.Name] = append(names[p.Name], p.ImportPath)
		}
	}
	return names, nil
}

// compiled are packages and everything they import, by import path; it imports them for the type checker.
type compiled struct {
	types.Importer

	packages map[string]listed
}

// compile compiles packages in the module at root.
func compile(ctx context.Context, root string, fset *token.FileSet, paths ...string) (*compiled, error) {
	packages, err := list(ctx, root, append([]string{"-export", "-deps", "--"}, paths...)...)
	if err != nil {
		return nil, err
	}
	c := &compiled{packages: map[string]listed{}}
	for _, p := range packages {
		c.packages[p.ImportPath] = p
	}
	c.Importer = importer.ForCompiler(fset, "gc", func(name string) (io.ReadCloser, error) {
		p := c.packages[name]
		switch {
		case p.Export != "":
			return os.Open(p.Export)
		case p.Error != nil:
			return nil, fmt.Errorf("%s: %s", path.Base(name), p.Error.Err)
		}
		return nil, fmt.Errorf("%s does not compile", name)
	})
	return c, nil
}
