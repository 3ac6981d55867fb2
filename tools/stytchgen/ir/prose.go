package ir

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// isSentence reports whether text can stand as a comment.
func isSentence(text string) bool { return strings.HasSuffix(strings.TrimSpace(text), ".") }

// prose turns descriptions into comments: backticks go, fields and error codes get their Go names.
type prose struct {
	fields map[string]string // every field there is, by its wire name
	codes  map[string]string
}

// scope is what the words of a description can mean.
type scope struct {
	types []*Type
	// self is the field that is described; its name means the name on the wire.
	self *Field
	// keys says that words can be keys of a map or of the wire, so that fields of other types are not meant.
	keys bool
	// codes is what stands before an error code's name.
	codes string
	// errors are those that the package's operations list; nil means all there are. Any other word that is a code too,
	// such as reset_password, a type of token, means itself.
	errors []ErrorCode
}

func (in scope) isError(code string) bool {
	return in.errors == nil || slices.ContainsFunc(in.errors, func(e ErrorCode) bool { return e.Code == code })
}

func (in scope) describes(wire string) bool { return in.self != nil && in.self.Wire == wire }

// writeProse gives everything its final comment.
func writeProse(api *API) error {
	p := prose{fields: map[string]string{}, codes: map[string]string{}}
	for t := range api.types() {
		for _, f := range t.Fields {
			p.fields[f.Wire] = names.Go(f.Wire)
		}
	}
	for _, code := range api.Errors {
		p.codes[code.Code] = code.Name
	}
	for _, pkg := range api.Packages {
		if err := p.pkg(pkg); err != nil {
			return fmt.Errorf("%s.yaml: %w", pkg.Dir, err)
		}
	}
	for i := range api.Errors {
		e := &api.Errors[i]
		e.Doc = p.text(e.Meaning, scope{keys: true}) + " " + fmt.Sprintf(certainty[e.Confidence], e.Status)
	}
	return nil
}

// certainty is how a status is told, by how well it is known.
var certainty = map[string]string{
	"observed":   "Status %d.",
	"documented": "Status %d.",
	"mocked":     "Status %d, from test data of others.",
	"inferred":   "Status %d, inferred from the name.",
}

func (p prose) pkg(pkg *Package) error {
	const codes = "stytcherror."
	var errors []ErrorCode
	for _, op := range pkg.Ops {
		errors = append(errors, op.Errors...)
	}
	pkg.Doc = p.text(pkg.Doc, scope{codes: codes, errors: errors})
	for _, op := range pkg.Ops {
		in := scope{types: []*Type{op.Request, op.Response}, codes: codes, errors: errors}
		op.Summary = op.Name + " " + names.Sentence(p.text(op.Summary, in))
		op.Doc = p.text(op.Doc, in)
		for i := range op.Filters {
			op.Filters[i].Doc = op.Filters[i].Name + " " + names.Sentence(p.text(op.Filters[i].Doc, scope{keys: true}))
		}
		if op.Request.Doc == "" {
			op.Request.Doc = fmt.Sprintf("%s is what [Service.%s] sends.", op.Request.Name, op.Name)
		}
		if op.Response.Doc == "" {
			op.Response.Doc = fmt.Sprintf("%s is what [Service.%s] returns.", op.Response.Name, op.Name)
		}
	}
	for _, op := range pkg.ByHand {
		op.Summary = p.text(op.Summary, scope{codes: codes})
	}
	for _, t := range pkg.Types {
		in := scope{types: []*Type{t}, codes: codes, errors: errors}
		if t.Doc == "" {
			return fmt.Errorf("%s: no operation uses it, and it has no description", t.Name)
		}
		if !strings.HasPrefix(t.Doc, t.Name+" is what [Service.") {
			t.Doc = t.Name + " is " + names.Sentence(p.text(t.Doc, in))
		}
		for _, f := range t.Fields {
			in.self, in.keys = f, f.Type.Base == Map && f.Type.core().Base == Any
			f.Doc = strings.TrimSpace(p.text(f.Doc, in) + " " + f.facts)
			if f.Deprecated {
				f.Doc += "\nDeprecated: the API keeps the field for old callers."
			}
		}
		p.constants(t.Constants, errors)
	}
	for _, v := range pkg.Values {
		v.Doc = strings.TrimSpace("Values of " + v.Name + ", which stay plain strings in requests and answers. " +
			p.text(v.Doc, scope{codes: codes, errors: errors}))
		p.constants(v.Constants, errors)
	}
	return nil
}

func (p prose) constants(list []Constant, errors []ErrorCode) {
	for i := range list {
		list[i].Doc = p.text(list[i].Doc, scope{codes: "stytcherror.", errors: errors})
	}
}

var (
	quoted = regexp.MustCompile("`([^`]*)`")
	lower  = regexp.MustCompile(`^[a-z][a-z0-9_.-]*$`)
)

// text replaces what stands between backticks: a field by its Go name, an error code by its constant, another word of
// the wire by itself in quotation marks.
func (p prose) text(s string, in scope) string {
	return quoted.ReplaceAllStringFunc(strings.TrimSpace(s), func(match string) string {
		word := strings.Trim(match, "`")
		for _, t := range in.types {
			for _, f := range t.Fields {
				if f.Wire == word && f != in.self {
					return f.Name
				}
			}
		}
		if name, ok := p.fields[word]; ok && !in.keys && !in.describes(word) && strings.Contains(word, "_") {
			return name
		}
		if name, ok := p.codes[word]; ok && in.isError(word) {
			return in.codes + name
		}
		if lower.MatchString(word) && word != "true" && word != "false" && word != "null" {
			return `"` + word + `"`
		}
		return word
	})
}
