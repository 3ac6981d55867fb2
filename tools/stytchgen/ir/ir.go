// Package ir is the specification as Go sees it: packages, services, types and fields with their final names. All
// decisions are made here; the templates only print.
package ir

// Module is the import path of the SDK.
const Module = "github.com/seed75add069/stytch-go"

// API is everything there is to generate.
type API struct {
	// Packages are in the order of their paths.
	Packages []*Package
	Errors   []ErrorCode
}

// Package is one leaf.
type Package struct {
	// Dir is the path below the module, as in "b2b/sessions".
	Dir, Name, Doc string
	// Product is b2b, b2c or shared; ExposedOn the clients that carry the service.
	Product   string
	ExposedOn []string
	Ops       []*Op
	Types     []*Type
	Values    []*Values
	// Imports are the leaves whose types this one uses.
	Imports []*Package
	// Storey is one more than the highest of the imports.
	Storey int
}

// Import is the package's import path.
func (p *Package) Import() string { return Module + "/" + p.Dir }

// Op is an operation and its method on the Service.
type Op struct {
	Pkg *Package
	// ID is the operation id, Service its path between product and method, Name the Go method.
	ID, Name         string
	Service          []string
	Summary, Doc     string
	HTTPMethod, Path string
	Fraud, Caller    bool
	Retry            string
	Emulator, Note   string
	Errors           []ErrorCode
	ExactlyOneOf     [][]string
	Request          *Type
	Response         *Type
}

// Role says on which side of a call a type stands.
type Role uint8

// The roles. Model types that requests reach are encoded like requests.
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
	// InRequest says that a request reaches the type.
	InRequest bool
	Fields    []*Field
	Constants []Constant
	Target    *Type // of an alias
}

// Sensitive reports whether the type has a field that is never shown.
func (t *Type) Sensitive() bool {
	for _, f := range t.Fields {
		if f.Sensitive {
			return true
		}
	}
	return false
}

// Place is where a field travels.
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
	Type            Expr
}

// Base is the form of a type expression.
type Base uint8

// The forms.
const (
	String Base = iota
	Int
	Bool
	Time
	Any
	Named
	List
	Map
)

// Expr is a type expression.
type Expr struct {
	Base    Base
	Pointer bool
	Named   *Type
	Elem    *Expr // of List and Map
	// Values are the documented values of a plain string.
	Values *Values
}

// Values are untyped constants for a string that stays a string.
type Values struct {
	Pkg       *Package
	Name, Doc string
	Constants []Constant
}

// Constant is one value of an enum or of Values.
type Constant struct{ Name, Value, Doc string }

// ErrorCode is an error_type.
type ErrorCode struct {
	Code       string   `yaml:"code"`
	Status     int      `yaml:"status"`
	Confidence string   `yaml:"confidence"`
	Products   []string `yaml:"products"`
	Meaning    string   `yaml:"meaning"`
	Name       string   `yaml:"-"`
}
