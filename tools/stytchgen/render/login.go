package render

import "github.com/seed75add069/stytch-go/tools/stytchgen/ir"

// loginPackage is the package of a product that says what a login is.
func (l *leaf) loginPackage() string { return l.Product + "/sessions" }

// Shared is a name of that package, as seen from the leaf.
func (l *leaf) Shared(name string) string {
	for _, p := range l.Package.Imports {
		if p.Dir == l.loginPackage() {
			return l.alias[p] + "." + name
		}
	}
	return name
}

// LoginImports is the import declaration of the file with the views of logins.
func (l *leaf) LoginImports() string {
	for _, p := range l.Package.Imports {
		if p.Dir == l.loginPackage() {
			return imports(nil, []string{importLine(l.alias[p], p)})
		}
	}
	return ""
}

// Authenticated is the expression that says whether there is a session.
func (l *leaf) Authenticated(login ir.Login) string {
	switch {
	case login.Authenticated && login.SessionIsPointer:
		return "r.MemberAuthenticated && r." + login.Session + " != nil"
	case login.SessionIsPointer:
		return "r." + login.Session + " != nil"
	}
	return "true"
}

// SessionOf is the expression of the session.
func (l *leaf) SessionOf(login ir.Login) string {
	if login.SessionIsPointer {
		return "r." + login.Session
	}
	return "&r." + login.Session
}
