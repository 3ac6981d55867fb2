package render

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// testPath is the file with a package's contract tests. Those of all packages are in one, which is one test program.
func testPath(p *ir.Package) string {
	return "internal/contracts/" + strings.ReplaceAll(p.Dir, "/", "_") + "_gen_test.go"
}

// testFile has a package's contract tests as its template sees them.
type testFile struct {
	*goPackage

	Imports string
	Ops     []testOp
}

// testOp is an operation with values for its test.
type testOp struct {
	*ir.Op

	Req, Resp string
	Requests  []request
	Answer    string
}

// request is a request in Go and on the wire.
type request struct {
	Name, Go          string
	Path, Query, Body string
}

func newTestFile(p *goPackage) *testFile {
	s := &sampler{goPackage: p, used: map[*ir.Package]bool{}}
	file := &testFile{goPackage: p}
	for _, op := range p.Ops {
		file.Ops = append(file.Ops, testOp{
			Op: op, Req: s.TestName(op.Request), Resp: s.TestName(op.Response), Requests: s.requests(op),
		})
	}
	std := []string{`"testing"`}
	if s.time {
		std = append(std, `"time"`)
	}
	own := []string{quote(ir.Module + "/internal/contracttest"), quote(ir.Module + "/shared")}
	for other := range s.used {
		own = append(own, importLine(p.testAlias(other), other))
	}
	file.Imports = imports(std, own)
	for i, op := range p.Ops { // after the imports: responses are JSON only and need none
		file.Ops[i].Answer = s.answer(op)
	}
	return file
}

// testAlias is the name under which the external test imports a package.
func (p *goPackage) testAlias(other *ir.Package) string {
	if other == p.Package {
		return other.Name
	}
	return p.alias[other]
}

// requests are an operation's requests for its contract test.
func (s *sampler) requests(op *ir.Op) []request {
	list := []request{s.request(op, full, "every field")}
	var optional, zeroable bool
	for _, f := range op.Request.Fields {
		optional = optional || !f.Required
		zeroable = zeroable || !f.Required && hasZero(f)
	}
	if optional {
		list = append(list, s.request(op, required, "required fields only"))
	}
	if zeroable {
		list = append(list, s.request(op, zero, "optional fields at zero"))
	}
	return list
}

// hasZero reports whether an optional field can send a zero value or null; a plain timestamp cannot.
func hasZero(f *ir.Field) bool { return f.Type.Base != ir.Time || f.Type.Nullable }

func (s *sampler) request(op *ir.Op, v variant, name string) request {
	r := request{Name: name, Path: op.Path}
	var fields, members []string
	query := url.Values{}
	for _, f := range op.Request.Fields {
		if v.omits(f) {
			continue
		}
		value := s.value(f.Type, f.Wire, v.ofField(f), 0)
		switch f.In {
		case ir.Path:
			segment := f.Wire + "/1 %?#"
			value = pair{strconv.Quote(segment), strconv.Quote(segment)}
			r.Path = strings.ReplaceAll(r.Path, "{"+f.Wire+"}", url.PathEscape(segment))
		case ir.Query:
			query.Set(f.Wire, strings.Trim(value.JSON, `"`))
		default:
			members = append(members, fmt.Sprintf("%q: %s", f.Wire, value.JSON))
		}
		fields = append(fields, fmt.Sprintf("%s: %s,", f.Name, value.Go))
	}
	r.Go = "{}"
	if len(fields) > 0 {
		r.Go = "{\n" + strings.Join(fields, "\n") + "\n}"
	}
	r.Query = query.Encode()
	if op.HTTPMethod == "POST" || op.HTTPMethod == "PUT" {
		r.Body = "{" + strings.Join(members, ", ") + "}"
	}
	return r
}

// answer is the JSON of a response with every field.
func (s *sampler) answer(op *ir.Op) string {
	const sep = "\n\t\t\t"
	var list []string
	for _, m := range s.members(op.Response, full, 0) {
		list = append(list, fmt.Sprintf("%q: %s", m.wire, m.JSON))
	}
	return "{" + sep + strings.Join(list, ","+sep) + "}"
}
