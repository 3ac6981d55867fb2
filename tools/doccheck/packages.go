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

// listedPackage is a package in the output of go list.
type listedPackage struct {
	ImportPath, Name, Dir, Export string
	Error                         *struct{ Err string }
}

// list runs go list in the module at root.
func list(ctx context.Context, root string, args ...string) ([]listedPackage, error) {
	args = append([]string{"list", "-e", "-json=ImportPath,Name,Dir,Export,Error"}, args...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.String())
	}
	var packages []listedPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
}

// index maps the names of packages to their import paths, for the packages of the module and of the standard library
// that documentation can import.
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

// compiled has packages and everything they import, by import path. It is the type checker's importer.
type compiled struct {
	types.Importer

	packages map[string]listedPackage
}

// compile compiles packages in the module at root.
func compile(ctx context.Context, root string, fset *token.FileSet, paths ...string) (*compiled, error) {
	packages, err := list(ctx, root, append([]string{"-export", "-deps", "--"}, paths...)...)
	if err != nil {
		return nil, err
	}
	c := &compiled{packages: map[string]listedPackage{}}
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
