// Command specvalidate checks that every OpenAPI document below a folder is one, with a validator that knows nothing of
// this project: against the schema of OpenAPI 3.1, and with references followed from file to file. It needs no network.
//
//	go run ./specvalidate ../api
package main

import (
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi/datamodel"
)

// notOpenAPI is the one file of the specification that is plain data.
const notOpenAPI = "errors.yaml"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: specvalidate FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "specvalidate:", err)
		os.Exit(1)
	}
}

// run validates all documents and reports every flaw, not only the first.
func run(root string, out io.Writer) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	count := 0
	var flaws []string
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		rel, relErr := filepath.Rel(root, name)
		switch {
		case err != nil:
			return err
		case relErr != nil:
			return relErr
		case d.IsDir() || filepath.Ext(name) != ".yaml" || rel == notOpenAPI:
			return nil
		}
		count++
		for _, flaw := range validate(root, name) {
			flaws = append(flaws, filepath.ToSlash(rel)+": "+flaw)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case count == 0:
		return fmt.Errorf("%s: no documents", root)
	case len(flaws) > 0:
		return fmt.Errorf("%d of what should be OpenAPI is not:\n%s", len(flaws), strings.Join(flaws, "\n"))
	}
	_, err = fmt.Fprintf(out, "%d documents are valid OpenAPI 3.1.\n", count)
	return err
}

// validate returns what is wrong with one document.
func validate(root, name string) []string {
	data, err := os.ReadFile(name)
	if err != nil {
		return []string{err.Error()}
	}
	doc, err := libopenapi.NewDocumentWithConfiguration(data, &datamodel.DocumentConfiguration{
		BasePath:                root,
		SpecFilePath:            name,
		AllowFileReferences:     true,
		ExtractRefsSequentially: true,
		Logger:                  slog.New(slog.DiscardHandler), // what it logs, it also returns
	})
	if err != nil {
		return []string{err.Error()}
	}
	defer doc.Release()
	if version := doc.GetVersion(); !strings.HasPrefix(version, "3.1.") {
		return []string{"openapi is " + version + ", not 3.1"}
	}
	if _, err := doc.BuildV3Model(); err != nil {
		return strings.Split(err.Error(), "\n")
	}
	check, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		return texts(errs)
	}
	_, problems := check.ValidateDocument()
	var flaws []string
	for _, p := range problems {
		if len(p.SchemaValidationErrors) == 0 {
			flaws = append(flaws, fmt.Sprintf("line %d: %s", p.SpecLine, p.Reason))
		}
		for _, e := range p.SchemaValidationErrors {
			flaws = append(flaws, fmt.Sprintf("line %d: %s: %s", e.Line, e.FieldPath, e.Reason))
		}
	}
	if len(flaws) > 0 {
		return flaws
	}
	flaws, err = checkSchemas(doc.GetSpecInfo().GetSpecJSONBytes())
	if err != nil {
		return []string{err.Error()}
	}
	return flaws
}

func texts(errs []error) []string {
	list := make([]string, len(errs))
	for i, err := range errs {
		list[i] = err.Error()
	}
	return list
}
