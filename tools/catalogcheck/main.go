// Command catalogcheck compares the specification under api/ with the catalogue of API facts under
// conformance/catalog: operations, parameters, fields of responses, types, values, search filters and error types, in
// both directions. Retry classes, sensitive fields and the errors that operations list it compares with what
// decisions.yaml says of them, and the endpoints in hand-written Go with those of the catalogue. It fails on a
// difference that differences.yaml gives no reason for, and on a reason that has no difference.
//
//	go run ./catalogcheck -root ..
//	go run ./catalogcheck -slim < facts.json > ../conformance/catalog/catalog.json
//
// The second form makes a file of the catalogue from one with more in it: it drops what is not compared.
package main

import (
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

func main() {
	root := flag.String("root", "..", "the SDK's root folder")
	slimming := flag.Bool("slim", false, "read a file of the catalogue, write the part of it that is compared")
	flag.Parse()
	var err error
	if *slimming {
		err = slim(os.Stdin, os.Stdout)
	} else {
		err = run(os.DirFS(*root), os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "catalogcheck:", err)
		os.Exit(1)
	}
}

// run compares both, prints the summary, and returns an error that lists all problems.
func run(root fs.FS, out io.Writer) error {
	docs, api, err := loadAPI(root)
	if err != nil {
		return err
	}
	folder, err := fs.Sub(root, "conformance/catalog")
	if err != nil {
		return err
	}
	known, err := loadFacts(folder)
	if err != nil {
		return err
	}
	reasons, err := loadReasons(folder)
	if err != nil {
		return err
	}
	code, err := loadCode(root)
	if err != nil {
		return err
	}
	differences, n := compare(known, api, errorBody(docs), code)
	if err := summarize(out, n, len(differences), api); err != nil {
		return err
	}
	if problems := unexplained(differences, reasons); len(problems) > 0 {
		return fmt.Errorf("%d differences without a reason, or reasons without a difference; "+
			"see conformance/catalog/README.md (catalogue -> api):\n\t%s",
			len(problems), strings.Join(problems, "\n\t"))
	}
	_, err = fmt.Fprintln(out, "Every difference has a reason.")
	return err
}

func loadFacts(folder fs.FS) (f facts, err error) {
	if f.catalogue, err = load[Catalogue](folder, "catalog.json"); err != nil {
		return f, err
	}
	if f.filters, err = load[Filters](folder, "search_filters.json"); err != nil {
		return f, err
	}
	if f.errors, err = load[Errors](folder, "errors.json"); err != nil {
		return f, err
	}
	f.decisions, err = loadDecisions(folder)
	return f, err
}

func loadAPI(root fs.FS) ([]*openapi.Document, *ir.API, error) {
	spec, err := fs.Sub(root, "api")
	if err != nil {
		return nil, nil, err
	}
	docs, err := openapi.Load(spec)
	if err != nil {
		return nil, nil, err
	}
	codes, err := ir.LoadErrors(spec)
	if err != nil {
		return nil, nil, err
	}
	api, err := ir.Build(docs, codes)
	return docs, api, err
}

// summarize prints how much was compared, and how much the specification says beyond the catalogue.
func summarize(out io.Writer, n counts, differences int, api *ir.API) error {
	var operations, listing, mentions, described int
	for _, p := range api.Packages {
		for _, op := range p.Ops {
			operations++
			mentions += len(op.Errors)
			if len(op.Errors) > 0 {
				listing++
			}
			if op.Doc != "" {
				described++
			}
		}
	}
	_, err := fmt.Fprintf(out, "%s operations, %s parameters, %s response fields, %s types, %s fields of types, "+
		"%s values, %s search filters, %s retry classes, %s sensitive fields, %s error types, "+
		"%s operations in hand-written code; %d differences.\n"+
		"%d of %d operations list errors (%d in all, of %d codes), %d have a description beside the summary.\n",
		n.operations, n.params, n.response, n.types, n.fields, n.values, n.filters, n.retries, n.secrets, n.errors,
		n.code, differences,
		listing, operations, mentions, len(api.ErrorCodes()), described)
	return err
}
