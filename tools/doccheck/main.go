// Command doccheck checks documentation against the code: it type-checks the Go and looks up the names. It prints file
// and line of each error.
//
//	go run ./doccheck ..
//
// It type-checks the blocks that documents (all *.md) fence as go, and the indented blocks in the comments of packages.
// A block that begins with a package clause is checked as a file. Any other is a fragment: declarations, or statements
// of a function. A fragment may begin with imports; it needs one only for a name that several packages have. Without
// declaring them, it may use the variables in usualVariables, a variable that is the value of a field and named after
// it, and unexported functions, such as startAgain(ctx), of which only the arguments are checked. In a package's own
// comment its name means the package itself. In documents, an HTML comment right before a block declares other
// variables:
//
//	<!-- vars: resp *sessions.GetResponse, handle func(string, error) -->
//
// It looks up the links in comments, and the words that can only be names of Go in comments and between the backticks
// of documents: a name in a package, a member of a type, an accessor of a client, an error code. Between backticks it
// also looks up names in CamelCase, targets of make and paths of files. It follows the links of documents to files.
//
// Documents are all files *.md, and comments those of all modules below ROOT. Comments of other modules than ROOT's
// mention names of both.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: doccheck ROOT")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "doccheck:", err)
		os.Exit(1)
	}
}

// checker collects what to check, and the failures.
type checker struct {
	root      string
	documents []string
	sdk       *module // ROOT's
	words     *words
	packages  int
	blocks    []block
	failures  []string
}

// run checks everything below root and returns an error that lists all failures.
func run(ctx context.Context, root string, out io.Writer) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	documents, modules, err := search(root)
	if err != nil {
		return err
	}
	c := checker{root: root, documents: documents}
	if c.words, err = newWords(root); err != nil {
		return err
	}
	for _, dir := range modules {
		if err := c.module(ctx, dir); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	if err := c.checkDocuments(); err != nil {
		return err
	}
	all := fmt.Sprintf("%d blocks of Go and the names in %d documents and %d packages",
		len(c.blocks), len(documents), c.packages)
	if len(c.blocks) == 0 {
		return errors.New("nothing to check: " + all)
	}
	inBlocks, err := check(ctx, root, c.blocks)
	if err != nil {
		return err
	}
	if failures := append(inBlocks, c.failures...); len(failures) > 0 {
		return fmt.Errorf("errors in %s:\n%s", all, strings.Join(failures, "\n"))
	}
	_, err = fmt.Fprintln(out, all+" are correct.")
	return err
}

// module checks the names in a module's comments. Of the root module it also collects the blocks.
func (c *checker) module(ctx context.Context, dir string) error {
	m, err := loadModule(ctx, c.root, dir)
	if err != nil {
		return err
	}
	m.sdk = c.sdk
	c.failures = append(c.failures, m.checkNames()...)
	c.packages += len(m.packages)
	c.words.add(m.packages)
	if dir == "." {
		c.sdk = m
		for _, p := range m.packages {
			c.blocks = append(c.blocks, p.blocks()...)
		}
	}
	return nil
}

// checkDocuments checks the names in documents, and collects their blocks.
func (c *checker) checkDocuments() error {
	for _, name := range c.documents {
		text, err := os.ReadFile(filepath.Join(c.root, name))
		if err != nil {
			return err
		}
		found, err := extract(name, string(text))
		if err != nil {
			return err
		}
		c.blocks = append(c.blocks, found...)
		c.failures = append(c.failures, c.sdk.checkDocument(name, string(text))...)
		c.failures = append(c.failures, c.words.check(name, string(text))...)
	}
	return nil
}

// search finds the documents below root and the folders of its modules, root's first.
func search(root string) (documents, modules []string, err error) {
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (d.Name()[0] == '.' || d.Name() == "testdata" || d.Name() == "node_modules"):
			return fs.SkipDir
		case filepath.Ext(name) == ".md":
			documents = append(documents, name)
		case d.Name() == "go.mod":
			modules = append(modules, filepath.ToSlash(filepath.Dir(name)))
		}
		return nil
	})
	slices.SortFunc(modules, func(a, b string) int { // "." before all others
		return strings.Compare(strings.Trim(a, "."), strings.Trim(b, "."))
	})
	return documents, modules, err
}
