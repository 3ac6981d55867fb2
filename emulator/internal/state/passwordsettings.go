package state

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/seed75add069/stytch-go/emulator/internal/password"
)

// The policies for the strength of passwords.
const (
	PolicyZxcvbn = "zxcvbn"
	PolicyLUDS   = "luds"
)

// PasswordSettings say which passwords may be set, and where they are valid. Their zero value is that of a new project.
type PasswordSettings struct {
	// CrossOrganization says that an address has one password, which is valid in all organizations.
	CrossOrganization bool `json:"cross_organization"`
	// StrengthPolicy is zxcvbn, which is the default, or luds, with LUDSMinLength characters, 8 by default, of
	// LUDSMinComplexity kinds, 3 by default.
	StrengthPolicy    string `json:"strength_policy"`
	LUDSMinLength     int    `json:"luds_min_length"`
	LUDSMinComplexity int    `json:"luds_min_complexity"`
	// AllowBreachedOnCreate lets passwords be set, and AllowBreachedOnAuthenticate be used, that are known from a data
	// breach.
	AllowBreachedOnCreate       bool `json:"allow_breached_on_create"`
	AllowBreachedOnAuthenticate bool `json:"allow_breached_on_authenticate"`
	// BreachedPasswords are known from a data breach, beside common ones.
	BreachedPasswords []string `json:"breached_passwords"`
}

// Defaults and bounds of the policy luds. Unverified: all but the least length.
const (
	minLUDSLength, maxLUDSLength, ludsLength             = 8, 32, 8
	minLUDSComplexity, maxLUDSComplexity, ludsComplexity = 1, 4, 3
)

// Policy is the policy that the settings describe.
func (s *PasswordSettings) Policy() password.Policy {
	return password.Policy{
		LUDS:          s.StrengthPolicy == PolicyLUDS,
		MinLength:     cmp.Or(s.LUDSMinLength, ludsLength),
		MinComplexity: cmp.Or(s.LUDSMinComplexity, ludsComplexity),
		Breached:      s.BreachedPasswords,
	}
}

// IsBreached reports whether a password is known from a data breach.
func (s *PasswordSettings) IsBreached(password string) bool { return s.Policy().IsBreached(password) }

func (s *PasswordSettings) check() error {
	length, complexity := cmp.Or(s.LUDSMinLength, ludsLength), cmp.Or(s.LUDSMinComplexity, ludsComplexity)
	switch {
	case s.StrengthPolicy != "" && s.StrengthPolicy != PolicyZxcvbn && s.StrengthPolicy != PolicyLUDS:
		return fmt.Errorf("strength_policy is neither %s nor %s", PolicyZxcvbn, PolicyLUDS)
	case length < minLUDSLength || length > maxLUDSLength:
		return fmt.Errorf("luds_min_length is not between %d and %d", minLUDSLength, maxLUDSLength)
	case complexity < minLUDSComplexity || complexity > maxLUDSComplexity:
		return fmt.Errorf("luds_min_complexity is not between %d and %d", minLUDSComplexity, maxLUDSComplexity)
	}
	if slices.Contains(s.BreachedPasswords, "") {
		return errors.New("one of breached_passwords is empty")
	}
	return nil
}
