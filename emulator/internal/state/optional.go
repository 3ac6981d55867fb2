package state

// Set sets a field to the value that a request gives, if it gives one.
func Set[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}

// SetList sets a field to the list that a request gives, if it gives one. An empty list is stored as nil, as if it had
// never been set.
func SetList[T any](field *[]T, given []T) {
	if given != nil {
		*field = append([]T(nil), given...)
	}
}
