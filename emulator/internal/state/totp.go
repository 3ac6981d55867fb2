package state

import (
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// TOTP is a member's authenticator app, with the recovery codes that stand in for it. A member has at most one.
type TOTP struct {
	ID       string `json:"totp_registration_id"`
	MemberID string `json:"member_id"`
	// Secret is what the app and the API share, in [TOTPEncoding].
	Secret string `json:"secret"`
	// ExpiresAt is until when the first code must be entered. It is zero for a registration that is complete.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// NextStep is the number of the oldest code that may be used: a code that was used, and all older ones, are not.
	NextStep int64 `json:"next_step,omitzero"`
	// RecoveryCodes are those that were not used.
	RecoveryCodes []RecoveryCode `json:"recovery_codes"`
	// UsedRecoveryCodes are the ids of those that were used last, oldest first.
	UsedRecoveryCodes []string `json:"used_recovery_code_ids,omitzero"`
}

// RecoveryCode works once, in place of a code of the app.
type RecoveryCode struct {
	ID   string `json:"recovery_code_id"`
	Code string `json:"code"`
}

// IsPending reports whether the first code has not been entered.
func (t *TOTP) IsPending() bool { return !t.ExpiresAt.IsZero() }

// HasExpired reports whether the first code was not entered in time.
func (t *TOTP) HasExpired(now time.Time) bool { return t.IsPending() && !now.Before(t.ExpiresAt) }

// Bounds of what is imported from other systems: bytes of a secret, and recovery codes. The latter are also how many
// used ones are remembered.
const (
	MinTOTPSecret    = 10
	MaxTOTPSecret    = 64
	MaxRecoveryCodes = 100
)

// TOTPEncoding is how apps take secrets: base32 (RFC 4648, section 6) without padding.
var TOTPEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// newTOTPTable returns the table of authenticator apps, by member.
func newTOTPTable(db *store.DB) *store.Table[TOTP] {
	return store.NewTable(db, "totps", func(t *TOTP) string { return t.MemberID })
}

// deletePendingTOTP deletes the authenticator app of a member, if it is pending.
func (tx *Tx) deletePendingTOTP(memberID string) {
	if t := tx.TOTPs.Get(memberID); t != nil && t.IsPending() {
		tx.TOTPs.Delete(memberID)
	}
}

func (t *TOTP) prepare(*Tx) error {
	secret, err := TOTPEncoding.DecodeString(t.Secret)
	switch {
	case !IsName(t.ID):
		return errors.New("totp_registration_id is empty or too long")
	case err != nil || len(secret) < MinTOTPSecret || len(secret) > MaxTOTPSecret:
		return fmt.Errorf("secret is not base32 of %d to %d bytes", MinTOTPSecret, MaxTOTPSecret)
	case t.NextStep < 0:
		return errors.New("next_step is negative")
	case len(t.RecoveryCodes) > MaxRecoveryCodes:
		return fmt.Errorf("recovery_codes has more than %d", MaxRecoveryCodes)
	case len(t.UsedRecoveryCodes) > MaxRecoveryCodes:
		return fmt.Errorf("used_recovery_code_ids has more than %d", MaxRecoveryCodes)
	case slices.ContainsFunc(t.UsedRecoveryCodes, func(id string) bool { return !IsName(id) }):
		return errors.New("used_recovery_code_ids has one that is empty or too long")
	}
	var ids, codes []string
	for _, c := range t.RecoveryCodes {
		if !IsName(c.ID) || !IsName(c.Code) {
			return errors.New("recovery_codes: a code or a recovery_code_id is empty or too long")
		}
		ids, codes = append(ids, c.ID), append(codes, c.Code)
	}
	if len(Distinct(ids)) < len(ids) || len(Distinct(codes)) < len(codes) {
		return errors.New("recovery_codes: a code or a recovery_code_id occurs twice")
	}
	return nil
}

// checkTOTPs checks that a registration is its member's if it is complete, and not if it is pending. A member may have
// one whose secret is not known.
func (tx *Tx) checkTOTPs() error {
	return each(tx.TOTPs, func(t *TOTP) error {
		if err := refers("member_id", t.MemberID, tx.Members); err != nil {
			return err
		}
		switch m := tx.Members.Get(t.MemberID); {
		case t.IsPending() && m.TOTPRegistrationID != "":
			return errors.New("expires_at is set, but the member of member_id has a complete registration")
		case !t.IsPending() && m.TOTPRegistrationID != t.ID:
			return errors.New("totp_registration_id is not that of the member of member_id")
		}
		return nil
	})
}
