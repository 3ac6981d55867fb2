package factor

import (
	"crypto/subtle"
	"slices"
	"strings"
	"unicode"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// NewRecoveryCodes gives each recovery code an id.
func NewRecoveryCodes(tx *state.Tx, codes []string) []state.RecoveryCode {
	list := make([]state.RecoveryCode, len(codes))
	for i, code := range codes {
		list[i] = state.RecoveryCode{ID: tx.ID("member-totp-recovery-code"), Code: code}
	}
	return list
}

// RecoveryCodes are the codes of an app that were not used.
func RecoveryCodes(t *state.TOTP) []string {
	codes := make([]string, len(t.RecoveryCodes))
	for i, c := range t.RecoveryCodes {
		codes[i] = c.Code
	}
	return codes
}

// IsRecoveryCode reports whether a text may be a recovery code, of whichever system: a name with a letter or digit.
func IsRecoveryCode(code string) bool {
	isLetterOrDigit := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return state.IsName(code) && strings.ContainsFunc(code, isLetterOrDigit)
}

// CheckRecoveryCodes refuses recovery codes of another system that cannot be stored.
func CheckRecoveryCodes(codes []string) error {
	if len(codes) > state.MaxRecoveryCodes {
		return ops.ErrInvalidRecoveryCode.Because("There are more than %d recovery codes.", state.MaxRecoveryCodes)
	}
	for i, code := range codes {
		if !IsRecoveryCode(code) || slices.Contains(codes[:i], code) {
			return ops.ErrInvalidRecoveryCode.Because(
				"A recovery code occurs twice, is empty or has more than %d characters.", state.MaxName)
		}
	}
	return nil
}

// RedeemRecoveryCode uses up one of a member's recovery codes. It returns the code's id and how many are left. A wrong
// code is counted: see [ops.Error.Committed].
func RedeemRecoveryCode(tx *state.Tx, memberID, code string) (id string, left int, err error) {
	t := tx.TOTPs.Get(memberID)
	switch {
	case t == nil:
		return "", 0, ops.ErrRecoveryCodesNotFound
	case t.IsPending():
		return "", 0, ops.ErrNoActiveRecoveryCodeBackedFactor
	}
	found := -1
	for i, c := range t.RecoveryCodes {
		if subtle.ConstantTimeCompare([]byte(c.Code), []byte(code)) == 1 {
			found = i
		}
	}
	switch {
	case found < 0 && codeForm.MatchString(code): // which those of another system may look like
		return "", 0, ops.ErrTOTPCodeUsedAsRecoveryCode.Committed()
	case found < 0:
		return "", 0, ops.ErrUnableToAuthenticateRecoveryCode.Committed()
	}
	changed := *t
	id = t.RecoveryCodes[found].ID
	changed.RecoveryCodes = slices.Delete(slices.Clone(t.RecoveryCodes), found, found+1)
	used := append(slices.Clone(t.UsedRecoveryCodes), id)
	changed.UsedRecoveryCodes = used[max(0, len(used)-state.MaxRecoveryCodes):]
	tx.TOTPs.Put(&changed)
	return id, len(changed.RecoveryCodes), nil
}
