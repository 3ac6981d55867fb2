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

// Next is the Go expression for a B2B login's next step.
func (p *goPackage) Next(login ir.Login) string {
	done := "r." + login.Session + " != nil"
	if !login.SessionIsPointer {
		done = "r." + login.Session + `.MemberSessionID != ""`
	}
	if login.Authenticated {
		done = "r.MemberAuthenticated && " + done
	}
	primary, second := "nil", "nil"
	if login.Primary {
		primary = "r.PrimaryRequired"
	}
	if login.MFA {
		second = "r.MFARequired"
	}
	return fmt.Sprintf("%s(%s, %s, %s)", p.InLoginPackage("NextStep"), done, primary, second)
}

// SessionOf is the Go expression for a pointer to the session.
func (p *goPackage) SessionOf(login ir.Login) string {
	if login.SessionIsPointer {
		return "r." + login.Session
	}
	return "&r." + login.Session
}
