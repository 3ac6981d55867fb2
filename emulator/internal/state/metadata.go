package state

import (
	"maps"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// CheckMetadata bounds metadata, which must encode.
func CheckMetadata(metadata shared.Object) error {
	switch {
	case len(metadata) > maxKeys:
		return invalid(stytcherror.CodeMetadataTooManyKeys, "The metadata has more than %d keys.", maxKeys)
	case !encodesWithin(metadata, maxMetadata):
		return invalid(stytcherror.CodeMetadataTooLarge, "The metadata is larger than %d bytes.", maxMetadata)
	}
	return nil
}

// MergeMetadata returns the old metadata with the added keys, nil if none are left. A nil value deletes a key. Keys are
// merged at the top level only.
func MergeMetadata(old, added shared.Object) shared.Object {
	if len(added) == 0 {
		return old
	}
	merged := shared.Object{}
	maps.Copy(merged, old)
	maps.Copy(merged, added)
	maps.DeleteFunc(merged, func(_ string, value any) bool { return value == nil })
	if len(merged) == 0 {
		return nil
	}
	return merged
}
