package render

import "github.com/seed75add069/stytch-go/tools/stytchgen/ir"

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

// Authenticated is the Go expression for whether the login has a session.
func (p *goPackage) Authenticated(login ir.Login) string {
	switch {
	case login.Authenticated && login.SessionIsPointer:
		return "r.MemberAuthenticated && r." + login.Session + " != nil"
	case login.SessionIsPointer:
		return "r." + login.Session + " != nil"
	}
	return "true"
}

// SessionOf is the Go expression for a pointer to the session.
func (p *goPackage) SessionOf(login ir.Login) string {
	if login.SessionIsPointer {
		return "r." + login.Session
	}
	return "&r." + login.Session
}
