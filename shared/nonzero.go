package shared

// NonZero returns a pointer to v, or nil if v is the zero value of its type. Use it for optional request fields whose
// values come from variables, so that empty ones are not sent. To send a zero value, use new.
//
//	&members.UpdateRequest{OrganizationID: org, MemberID: id, Name: shared.NonZero(form.Name)}
func NonZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
