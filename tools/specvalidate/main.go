// Command specvalidate validates every OpenAPI document below a folder with a stock validator: against the schema of
// OpenAPI 3.1, and with references to other files followed. It needs no network.
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
	"github.com/pb33f/libopenapi-validator/schema_validation"
	"github.com/pb33f/libopenapi/datamodel"
)

// notOpenAPI is the one YAML file of the specification that is not an OpenAPI document.
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

// run validates all documents and returns an error that lists all problems.
func run(root string, out io.Writer) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	count := 0
	var problems []string
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
		for _, problem := range validate(root, name) {
			problems = append(problems, filepath.ToSlash(rel)+": "+problem)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case count == 0:
		return fmt.Errorf("%s: no documents", root)
	case len(problems) > 0:
		return fmt.Errorf("%d problems:\n%s", len(problems), strings.Join(problems, "\n"))
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
		Logger:                  slog.New(slog.DiscardHandler), // what the library logs it also returns
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
	_, invalid := schema_validation.ValidateOpenAPIDocument(doc)
	var problems []string
	for _, p := range invalid {
		if len(p.SchemaValidationErrors) == 0 {
			problems = append(problems, fmt.Sprintf("line %d: %s", p.SpecLine, p.Reason))
		}
		for _, e := range p.SchemaValidationErrors {
			problems = append(problems, fmt.Sprintf("line %d: %s: %s", e.Line, e.FieldPath, e.Reason))
		}
	}
	if len(problems) > 0 {
		return problems
	}
	problems, err = checkSchemas(doc.GetSpecInfo().GetSpecJSONBytes())
	if err != nil {
		return []string{err.Error()}
	}
	return problems
}
