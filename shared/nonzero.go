package shared

// NonZero returns a pointer to v, or nil where v is the zero value of its type. It is for optional fields of a request
// that come from variables: what is empty there is then absent in the request. To send a zero value, use new.
//
//	&members.UpdateRequest{OrganizationID: org, MemberID: id, Name: shared.NonZero(form.Name)}
func NonZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
