package ir

// Login is the response to a login, and how its fields fill the Login struct that all logins of the product share.
type Login struct {
	*Type

	// Session is the field with the session; SessionIsPointer says that it may be absent.
	Session          string
	SessionIsPointer bool
	// Intermediate, Authenticated, Primary and MFA say whether the response has intermediate_session_token,
	// member_authenticated, primary_required and mfa_required.
	Intermediate, Authenticated, Primary, MFA bool
	// ID is the Go path to the member's or user's id in the response.
	ID string
}

// Logins are the package's responses to logins: those with the tokens of a session and the session itself.
func (p *Package) Logins() []Login {
	var list []Login
	for _, t := range p.Types {
		if login, ok := t.login(); ok {
			list = append(list, login)
		}
	}
	return list
}

// Requirements are the package's types, other than responses to logins, that say which factors a login still needs.
func (p *Package) Requirements() []*Type {
	var list []*Type
	for _, t := range p.Types {
		_, isLogin := t.login()
		if !isLogin && t.Kind == Struct && t.field("member_authenticated") != nil &&
			t.field("primary_required") != nil && t.field("mfa_required") != nil {
			list = append(list, t)
		}
	}
	return list
}

func (t *Type) login() (Login, bool) {
	if t.Role != Response || t.field("session_token") == nil || t.field("session_jwt") == nil {
		return Login{}, false
	}
	has := func(wire string) bool { return t.field(wire) != nil }
	login := Login{
		Type: t, Intermediate: has("intermediate_session_token"), Authenticated: has("member_authenticated"),
		Primary: has("primary_required"), MFA: has("mfa_required"), ID: "User.UserID",
	}
	switch {
	case has("member_id"):
		login.ID = "MemberID"
	case has("member"):
		login.ID = "Member.MemberID"
	case has("user_id"):
		login.ID = "UserID"
	}
	for _, wire := range []string{"member_session", "user_session", "session"} {
		if f := t.field(wire); f != nil {
			login.Session, login.SessionIsPointer = f.Name, f.Type.Pointer
			return login, true
		}
	}
	return Login{}, false
}
