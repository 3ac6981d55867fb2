package ir

// HasSession reports whether a login's answer holds the session too.
func (t *Type) HasSession() bool { return t.field("member_session") != nil }

// IsLogin reports whether an answer says what a login lacks, and so can tell the next step.
func (t *Type) IsLogin() bool {
	for _, wire := range []string{"member_authenticated", "primary_required", "mfa_required"} {
		if t.field(wire) == nil {
			return false
		}
	}
	return t.Pkg.Product == "b2b"
}
