package ir

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// isSentence reports whether text ends with a full stop, as comments do.
func isSentence(text string) bool { return strings.HasSuffix(strings.TrimSpace(text), ".") }

// prose turns descriptions into comments: it removes backticks and gives fields and error codes their Go names.
type prose struct {
	fields map[string]string // the Go names of all fields, by their wire names
	codes  map[string]string // the constants of all error codes
	// ambiguous are error_types in backticks that no operation here lists: each may be meant as a value.
	ambiguous []string
}

// scope says what words between backticks mean in a description.
type scope struct {
	// types are those whose fields words mean first of all.
	types []*Type
	// self is the field that is described. Its name stays the wire's.
	self *Field
	// keys says that words may be keys of a JSON object, so that only fields of types get their Go names.
	keys bool
	// codes is the qualifier of error codes: "stytcherror." or nothing.
	codes string
	// listed are the error codes that the package's operations list. Nil means all codes.
	listed map[string]bool
}

func (in scope) describes(wire string) bool { return in.self != nil && in.self.Wire == wire }

// writeProse turns all descriptions into their final comments.
func writeProse(api *API) error {
	p := &prose{fields: map[string]string{}, codes: map[string]string{}}
	for t := range api.types() {
		for _, f := range t.Fields {
			p.fields[f.Wire] = names.Go(f.Wire)
		}
	}
	for _, code := range api.ErrorCodes() {
		p.codes[code.Code] = code.Name
	}
	for _, pkg := range api.Packages {
		if err := p.pkg(api, pkg); err != nil {
			return fmt.Errorf("%s.yaml: %w", pkg.Dir, err)
		}
		if len(p.ambiguous) > 0 {
			word := p.ambiguous[0]
			return fmt.Errorf("%s.yaml: `%s`: no operation here has this error_type in x-stytch-errors: "+
				"list it there, or write `stytcherror.%s` for another operation's error, `%q` for a value",
				pkg.Dir, word, word, word)
		}
	}
	for _, topic := range api.Topics {
		for i := range topic.Codes {
			e := &topic.Codes[i]
			e.Doc = p.text(e.Meaning, scope{keys: true}) + " " + e.statusDoc()
		}
	}
	return nil
}

func (p *prose) pkg(api *API, pkg *Package) error {
	base := scope{codes: "stytcherror.", listed: pkg.listed()}
	pkg.Doc = p.text(pkg.Doc, base)
	for _, op := range pkg.Ops {
		in := base
		in.types = []*Type{op.Request, op.Response}
		op.Summary = op.Name + " " + names.Sentence(p.text(op.Summary, in))
		op.Doc = p.text(op.Doc, in)
		in = base
		in.keys = true
		for i := range op.Filters {
			op.Filters[i].Doc = op.Filters[i].Name + " " + names.Sentence(p.text(op.Filters[i].Doc, in))
		}
		if op.Request.Doc == "" {
			op.Request.Doc = fmt.Sprintf("%s is what [Service.%s] sends.", op.Request.Name, op.Name)
		}
		if op.Response.Doc == "" {
			op.Response.Doc = fmt.Sprintf("%s is what [Service.%s] returns.", op.Response.Name, op.Name)
		}
	}
	for _, op := range pkg.ByHand {
		op.Summary = p.text(op.Summary, base)
		pkg.describeByHand(op)
	}
	for _, t := range pkg.Types {
		in := base
		in.types = []*Type{t}
		if t.Doc == "" {
			return fmt.Errorf("%s: no operation uses it, and it has no description", t.Name)
		}
		if !strings.HasPrefix(t.Doc, t.Name+" is what [Service.") {
			t.Doc = t.Name + " is " + names.Sentence(p.text(t.Doc, in))
		}
		for _, f := range t.Fields {
			in.self, in.keys = f, f.Type.Core().Base == Object
			f.Doc = strings.TrimSpace(p.text(f.Doc, in) + " " + f.limits)
			if f.Deprecated {
				f.Doc += "\nDeprecated: the API keeps the field for old callers."
			}
		}
		p.constants(t.Constants, base)
	}
	for _, v := range pkg.Values {
		v.Doc = v.subject(api) + names.Sentence(p.text(v.Doc, base))
		p.constants(v.Constants, base)
	}
	return nil
}

// subject is the beginning of the comment above the values: the fields that have them, if any do.
func (v *Values) subject(api *API) string {
	var fields []string
	for t := range api.types() {
		for _, f := range t.Fields {
			if f.Type.Core().Values == v {
				fields = append(fields, strconv.Quote(f.Wire))
			}
		}
	}
	slices.Sort(fields)
	fields = slices.Compact(fields)
	if len(fields) == 0 {
		return "Known values of "
	}
	return "Known values of " + strings.Join(fields, ", ") + ": "
}

// describeByHand gives the request and response of a hand-written operation their comments where they have none.
func (p *Package) describeByHand(op *ByHand) {
	for _, t := range p.Types {
		switch {
		case t.Doc != "":
		case t.Name == op.Name+"Request":
			t.Doc = fmt.Sprintf("%s is what [Service.%s] takes.", t.Name, op.Name)
		case t.Name == op.Name+"Response":
			t.Doc = fmt.Sprintf("%s is what [Service.%s] returns.", t.Name, op.Name)
		}
	}
}

func (p *prose) constants(list []Constant, in scope) {
	for i := range list {
		list[i].Doc = p.text(list[i].Doc, in)
	}
}

// listed are the error codes that the package's operations list.
func (p *Package) listed() map[string]bool {
	codes := map[string]bool{}
	for _, op := range p.Ops {
		for _, code := range op.Errors {
			codes[code.Code] = true
		}
	}
	return codes
}

var (
	quoted = regexp.MustCompile("`([^`]*)`")
	lower  = regexp.MustCompile(`^[a-z][a-z0-9_.-]*$`)
)

// text replaces what is between backticks: a field by its Go name, an error code by its constant, and any other word of
// the wire by itself in quotation marks.
func (p *prose) text(s string, in scope) string {
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
		if name := p.code(word, in); name != "" {
			return name
		}
		if lower.MatchString(word) && word != "true" && word != "false" && word != "null" {
			return `"` + word + `"`
		}
		return word
	})
}

// code is the constant of an error_type that an operation of the package lists or that is qualified with stytcherror,
// and empty for other words. It adds other error_types to p.ambiguous.
func (p *prose) code(word string, in scope) string {
	code, qualified := strings.CutPrefix(word, "stytcherror.")
	name, known := p.codes[code]
	switch {
	case known && (qualified || in.listed == nil || in.listed[code]):
		return in.codes + name
	case known || qualified:
		p.ambiguous = append(p.ambiguous, code)
	}
	return ""
}
