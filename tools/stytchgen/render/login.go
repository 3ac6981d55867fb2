package render

import (
	"fmt"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// loginPackage is the product's package that declares Login, Step and NextStep.
func (p *goPackage) loginPackage() string { return p.Product + "/sessions" }

// InLoginPackage is a name of that package, qualified where this is another one.
func (p *goPackage) InLoginPackage(name string) string {
	for _, other := range p.Package.Imports {
		if other.Dir == p.loginPackage() {
			return p.alias[other] + "." + name
		}
	}
	return name
}

// LoginImports is the import declaration of the file with the Login methods.
func (p *goPackage) LoginImports() string {
	for _, other := range p.Package.Imports {
		if other.Dir == p.loginPackage() {
			return imports(nil, []string{importLine(p.alias[other], other)})
		}
	}
	return ""
}

// Next is the Go expression for the login's next step.
func (p *goPackage) Next(login ir.Login) string {
	var authenticated string
	switch {
	case login.Authenticated && login.SessionIsPointer:
		authenticated = "r.MemberAuthenticated && r." + login.Session + " != nil"
	case login.SessionIsPointer:
		authenticated = "r." + login.Session + " != nil"
	default:
		return fmt.Sprintf("%s{Kind: %s}", p.InLoginPackage("Step"), p.InLoginPackage("StepDone"))
	}
	primary, second := "nil", "nil"
	if login.Primary {
		primary = "r.PrimaryRequired"
	}
	if login.MFA {
		second = "r.MFARequired"
	}
	return fmt.Sprintf("%s(%s, %s, %s)", p.InLoginPackage("NextStep"), authenticated, primary, second)
}

// SessionOf is the Go expression for a pointer to the session.
func (p *goPackage) SessionOf(login ir.Login) string {
	if login.SessionIsPointer {
		return "r." + login.Session
	}
	return "&r." + login.Session
}
