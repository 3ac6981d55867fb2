// Command doccheck checks documentation against the code: it type-checks the Go in it, and looks up the names in it. It
// prints file and line of each place that does not hold.
//
//	go run ./doccheck ..
//
// Go is what documents (all *.md) fence as go, and what the comments of packages indent. A block that begins with a
// package clause is a file and is checked as it is. Any other is a fragment: declarations, or statements that stand
// in a function. A fragment imports what it names. It may use without declaring them the variables of usual, one
// named after the field it is given to, and functions of the reader's, such as startAgain(ctx), whose arguments alone
// are checked. In a package's own comments its name means the package itself. In documents, two comments right before
// a block say what cannot be guessed:
//
//	<!-- imports: github.com/seed75add069/stytch-go/b2b/sessions -->
//	<!-- vars: resp *sessions.GetResponse, handle func(string, error) -->
//
// Names are links in comments, and words in comments and in code within a document's line that can only be names of Go:
// those of a package, of a member of a type, of what a client leads to, of an error code.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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

// checker collects what there is to check, and what does not hold.
type checker struct {
	root      string
	documents []string
	packages  int
	blocks    []block
	failures  []string
}

// run checks everything below root and reports every failure.
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
	for _, dir := range modules {
		if err := c.module(ctx, dir); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	all := fmt.Sprintf("%d blocks of Go and the names in %d documents and %d packages",
		len(c.blocks), len(documents), c.packages)
	if len(c.blocks) == 0 {
		return errors.New("there is nothing to check in " + all)
	}
	inBlocks, err := check(ctx, root, c.blocks)
	if err != nil {
		return err
	}
	if failures := append(inBlocks, c.failures...); len(failures) > 0 {
		return fmt.Errorf("of %s, some do not hold:\n%s", all, strings.Join(failures, "\n"))
	}
	_, err = fmt.Fprintln(out, all+" hold.")
	return err
}

// module checks the names in a module's comments. The root module answers for documents and examples.
func (c *checker) module(ctx context.Context, dir string) error {
	m, err := loadModule(ctx, c.root, dir)
	if err != nil {
		return err
	}
	c.failures = append(c.failures, m.checkNames()...)
	c.packages += len(m.packages)
	if dir != "." {
		return nil
	}
	for _, p := range m.packages {
		c.blocks = append(c.blocks, p.blocks()...)
	}
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
		c.failures = append(c.failures, m.checkDocument(name, string(text))...)
	}
	return nil
}

// search finds the documents below root and the folders of its modules.
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
	return documents, modules, err
}
