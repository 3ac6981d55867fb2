// Package ir is the generator's intermediate representation: the packages, services, types and fields of the SDK with
// their final names and comments. All decisions are made here; the templates only print.
package ir

import (
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

// Module is the import path of the SDK.
const Module = "github.com/seed75add069/stytch-go"

// API is everything to generate.
type API struct {
	// Packages are in the order of their paths.
	Packages []*Package
	// Topics are the error codes, in the order of errors.yaml.
	Topics []Topic
}

// Package is a Go package: that of a service, one that holds types only, or shared.
type Package struct {
	// Dir is the path below the module, as in "b2b/sessions".
	Dir, Name, Doc string
	// Product is b2b, b2c or shared. ExposedOn are the products that have the service.
	Product   string
	ExposedOn []string
	// Verifier says that the service verifies tokens or permissions locally.
	Verifier bool
	Ops      []*Op
	// ByHand are the operations that are written by hand, and those with a StartURL.
	ByHand []*ByHand
	Types  []*Type
	Values []*Values
	// Imports are the packages whose types this one uses.
	Imports []*Package
	// SharesName says that another package has the same name.
	SharesName bool

	importedFor map[*Package]string // the first alias or field that needs the import
}

// Import is the package's import path.
func (p *Package) Import() string { return Module + "/" + p.Dir }

// Alias is the name under which files import the package where its own name is taken: the names of its folders in one
// word, with the product only where there is just one folder below it, as in "discoveryorganizations" and
// "b2borganizations".
func (p *Package) Alias() string {
	folders := strings.Split(p.Dir, "/")
	if len(folders) > 2 {
		folders = folders[1:]
	}
	return strings.Join(folders, "")
}

// Accessor is the expression by which programs reach the service, as in "client.B2B.Sessions".
func (p *Package) Accessor() string {
	words := []string{"client", names.Go(p.ExposedOn[0])}
	for _, word := range p.Service() {
		words = append(words, names.Go(word))
	}
	return strings.Join(words, ".")
}

// HasService reports whether the package has operations, generated or written by hand.
func (p *Package) HasService() bool { return len(p.Ops)+len(p.ByHand) > 0 }

// Label is an operation's id as errors, logs and tables show it: without the product where both have the service.
func (p *Package) Label(id string) string {
	if _, rest, ok := strings.Cut(id, "."); ok && len(p.ExposedOn) > 1 {
		return rest
	}
	return id
}

// Service is the service's path below its product.
func (p *Package) Service() []string {
	if len(p.Ops) > 0 {
		return p.Ops[0].Service
	}
	return p.ByHand[0].Service
}

// ByHand is an operation whose method is written by hand, unless it has a StartURL.
type ByHand struct {
	Pkg *Package
	// ID is the operation id, Service its path between product and method, Name the Go method.
	ID, Name string
	Service  []string
	// Summary says what the operation does. The operation's name is not part of it.
	Summary string
	// Endpoint is the HTTP method and path that the method calls, empty where it calls none. Retry is its retry class.
	Endpoint, Retry string
	// Fields are those that an example sets, by their wire names.
	Fields []string
	// StartURL is set where the method returns the URL at which a browser begins a login. Such a method is generated.
	StartURL *StartURL
}

// StartURL is the endpoint of a method that returns a URL.
type StartURL struct {
	Path string
	// TokenType is the stytch_token_type with which the browser comes back.
	TokenType string
	// ProviderParameters says that the request has parameters of the provider's own.
	ProviderParameters bool
}

// Op is an operation and its method on the Service.
type Op struct {
	Pkg *Package
	// ID is the operation id, Service its path between product and method, Name the Go method.
	ID, Name string
	Service  []string
	// Summary is the comment's first sentence, with the method's name; Doc what follows.
	Summary, Doc     string
	HTTPMethod, Path string
	// Fraud says that the operation belongs to the fraud API, Authorization that it can be called on behalf of a
	// session, Repeatable that a second attempt of a write has the effect of one.
	Fraud, Authorization, Repeatable bool
	Retry                            string
	// Emulator is exact, approximate or none. Note says what is approximate.
	Emulator, Note string
	// Outcomes are the responses of the emulator that its tests have seen, as in "404 session_not_found".
	Outcomes []string
	// After is a hand-written method of the Service that runs after each call.
	After string
	// Source says where the operation is known from if conformance/catalog does not have it.
	Source string
	Errors []ErrorCode
	// ExactlyOneOf are lists of Go field names.
	ExactlyOneOf [][]string
	// Permissions are what a caller's session needs.
	Permissions []Permission
	Request     *Type
	Response    *Type
	// Pages is set where the response is one page of several.
	Pages *Pages
	// Filters are the constructors of a search's operands, of type Operand.
	Filters []Filter
	Operand *Type

	spec *openapi.Operation
}

// TestName is the name of the operation's contract test: product and service, then the method.
func (op *Op) TestName() string {
	words := []string{"Test", names.Go(op.Pkg.Product)}
	for _, word := range op.Service {
		words = append(words, names.Go(word))
	}
	return strings.Join(words, "") + "_" + op.Name
}

// Permission is what a caller's session needs: an action on a resource. Field is the request's field that needs it, by
// its wire name, empty where every request does.
type Permission struct{ Resource, Action, Field string }

// Pages describes the iterator over a list that is answered in pages.
type Pages struct {
	// Name is the Go method.
	Name string
	// Cursor is the request's field. In the response, Items is the list and Next the Go path to the next cursor.
	Cursor, Next string
	Items        *Field
}

// Filter is a constructor of a search operand.
type Filter struct {
	Name, Wire, Doc string
	// Form says what values the filter takes: strings, string, boolean, time or period.
	Form string
}

// Role says whether a type is a request, a response or neither.
type Role uint8

// The roles. A Model that a request refers to follows the rules for requests.
const (
	Model Role = iota
	Request
	Response
)

// Kind is the form of a Go type.
type Kind uint8

// The kinds.
const (
	Struct Kind = iota
	Enum
	Alias
)

// Type is a declared Go type.
type Type struct {
	Pkg       *Package
	Name, Doc string
	Kind      Kind
	Role      Role
	// InRequest says that the type is a request, or that one refers to it.
	InRequest bool
	Fields    []*Field
	Constants []Constant
	Target    *Type // of an alias
	// OmitsEmpty says that the API leaves out the type's optional fields where they have no value.
	OmitsEmpty bool
	// Source says where the type is known from if conformance/catalog does not have it.
	Source string
}

// IsEnum reports whether the type is a string with constants.
func (t *Type) IsEnum() bool { return t.Kind == Enum }

// IsRequest reports whether the type is the request of an operation.
func (t *Type) IsRequest() bool { return t.Role == Request }

// IsAlias reports whether the type is another name for its target.
func (t *Type) IsAlias() bool { return t.Kind == Alias }

// Sensitive reports whether the type, or one that it refers to, has a sensitive field.
func (t *Type) Sensitive() bool { return t.sensitive(nil) }

func (t *Type) sensitive(visiting []*Type) bool {
	if t = resolveAlias(t); slices.Contains(visiting, t) {
		return false
	}
	return slices.ContainsFunc(t.Fields, func(f *Field) bool {
		inner := f.Type.Type()
		return f.Sensitive || inner != nil && inner.sensitive(append(visiting, t))
	})
}

// HasDuration reports whether the type has a duration, which encoding/json and json/v2 do not encode alike.
func (t *Type) HasDuration() bool {
	return slices.ContainsFunc(t.Fields, func(f *Field) bool { return f.Type.Base == Duration })
}

// Place is the part of a request that carries a field.
type Place uint8

// The places.
const (
	Body Place = iota
	Path
	Query
)

// Field is a struct field.
type Field struct {
	Name, Wire, Doc string
	In              Place
	Required        bool
	Sensitive       bool
	Deprecated      bool
	Type            Expr

	// Schema is what the specification says, with references to field fragments followed.
	Schema *openapi.Schema

	nullable bool
	limits   string // sentences about default, bounds and documented values
}

// Base is the kind of a type expression.
type Base uint8

// The kinds of type expressions.
const (
	String Base = iota
	Int
	Bool
	Time
	Duration
	Any
	Object // a JSON object with members of any type
	Named
	List
	Map
)

// Expr is a type expression.
type Expr struct {
	Base    Base
	Pointer bool
	// Nullable says that the field can send null; it excludes Pointer.
	Nullable bool
	Named    *Type
	Elem     *Expr // of List and Map
	// Values are the documented values of a plain string.
	Values *Values
}

// IsCollection reports whether the expression is a list or a map.
func (e Expr) IsCollection() bool { return e.Base == List || e.Base == Map || e.Base == Object }

// Type is the named type at the core of the expression, nil where there is none.
func (e Expr) Type() *Type { return e.Core().Named }

// Core is the innermost element of lists and maps, and any other expression itself.
func (e Expr) Core() Expr {
	for e.Elem != nil {
		e = *e.Elem
	}
	return e
}

// Values are untyped constants for the documented values of a plain string.
type Values struct {
	Pkg       *Package
	Name, Doc string
	Constants []Constant
}

// Constant is one value of an enum or of Values.
type Constant struct{ Name, Value, Doc string }
