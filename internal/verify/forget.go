package verify

// Forget removes what is remembered of a session: verified tokens from the cache, and refusals of the API, those of
// tokens whose session is unknown too. Callers that ask the API after it do not share a call that began before. The
// other methods do the same for more or less. All do nothing for a nil Verifier.
func (v *Verifier) Forget(sessionID string) {
	v.forget(
		func(e *entry) bool { return e.verified.SessionID == sessionID },
		func(t target) bool { return t.isUnknown() || t.session == sessionID }, false)
}

// ForgetSubject removes what is remembered of the sessions of a member or user.
func (v *Verifier) ForgetSubject(subject string) {
	v.forget(
		func(e *entry) bool { return e.claims.Subject == subject },
		func(t target) bool { return t.isUnknown() || t.subject == subject }, false)
}

// ForgetToken removes what is remembered of a JWT's session. If the JWT is not cached, it removes what is remembered of
// the JWT, and all verified tokens: the session that the JWT names is not verified.
func (v *Verifier) ForgetToken(text string) {
	if v == nil {
		return
	}
	if e := verifierOf(v).tokens.find(text); e != nil && e.verified.SessionID != "" {
		v.Forget(e.verified.SessionID)
		return
	}
	v.forgetCredential(credentialOf(sessionJWT, text))
}

// ForgetSessionToken removes what is remembered of a session token, and all verified tokens: which are of the same
// session is not known.
func (v *Verifier) ForgetSessionToken(token string) {
	v.forgetCredential(credentialOf(sessionToken, token))
}

func (v *Verifier) forgetCredential(c credential) {
	v.forget(func(*entry) bool { return true }, func(t target) bool { return t.credential == c }, true)
}

// ForgetAll removes everything.
func (v *Verifier) ForgetAll() {
	v.forget(func(*entry) bool { return true }, func(target) bool { return true }, true)
}

// forget removes the tokens and the refusals that match. If detachAll is set, any call that runs may match.
func (v *Verifier) forget(matchToken func(*entry) bool, matchTarget func(target) bool, detachAll bool) {
	if v == nil {
		return
	}
	own := verifierOf(v)
	own.tokens.forget(matchToken)
	own.calls.forget(matchTarget, detachAll)
}
