package factor

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what authenticator apps use (RFC 6238, section 1.2)
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

const (
	// totpPeriod is how long an app shows a code.
	totpPeriod = 30 * time.Second
	// totpDrift is by how many codes the clock of an app may be wrong. Unverified: the API's number.
	totpDrift = 1
	// maxSecretText bounds the secret of another system, in bytes.
	maxSecretText = 256
)

var (
	lowerEncoding    = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	recoveryCodeForm = regexp.MustCompile(`^[a-z0-9]{4}(-[a-z0-9]{4}){2}$`)
)

// TOTPCode is the code that an app shows at a time (RFC 6238): six digits by HMAC-SHA-1. The secret is one that
// [ParseTOTPSecret] reads.
func TOTPCode(secret string, at time.Time) (string, error) {
	parsed, err := ParseTOTPSecret(secret)
	if err != nil {
		return "", err
	}
	key, err := state.TOTPEncoding.DecodeString(parsed)
	if err != nil {
		return "", err
	}
	return totpCode(key, step(at)), nil
}

// step is the number of the code that an app shows at a time.
func step(at time.Time) int64 { return at.Unix() / int64(totpPeriod/time.Second) }

// totpCode is the code of a step (RFC 4226, section 5.3).
func totpCode(key []byte, step int64) string {
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, step)
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}

// CheckTOTPCode refuses what no app shows.
func CheckTOTPCode(code string) error {
	switch {
	case recoveryCodeForm.MatchString(code):
		return ops.ErrRecoveryCodeUsedAsTOTPCode
	case !codeForm.MatchString(code):
		return ops.ErrInvalidTOTPCode
	}
	return nil
}

// RedeemTOTP uses up the code of a member's app, and with it all older ones. It returns the row. A wrong code is
// counted: see [ops.Error.Committed].
func RedeemTOTP(tx *state.Tx, memberID, code string) (*state.TOTP, error) {
	t := tx.TOTPs.Get(memberID)
	switch {
	case t == nil:
		return nil, ops.ErrTOTPNotFound
	case t.HasExpired(tx.Now):
		return nil, ops.ErrExpiredTOTP
	}
	key, err := state.TOTPEncoding.DecodeString(t.Secret)
	if err != nil {
		return nil, err
	}
	matching := int64(-1)
	for s := step(tx.Now) - totpDrift; s <= step(tx.Now)+totpDrift; s++ {
		if s >= 0 && subtle.ConstantTimeCompare([]byte(totpCode(key, s)), []byte(code)) == 1 {
			matching = s
		}
	}
	switch {
	case matching < 0:
		return nil, ops.ErrUnableToAuthenticateTOTP.Committed()
	case matching < t.NextStep:
		return nil, ops.ErrTOTPCodeAlreadyAuthenticated
	}
	changed := *t
	changed.NextStep, changed.ExpiresAt = matching+1, time.Time{}
	tx.TOTPs.Put(&changed)
	return &changed, nil
}

// ParseTOTPSecret reads the secret of another system: base32 in upper or lower case, in groups or not, with or without
// padding. It returns the form in which secrets are stored.
func ParseTOTPSecret(text string) (string, error) {
	refusal := ops.ErrBadRequest.Because(
		"The secret is not base32 of %d to %d bytes.", state.MinTOTPSecret, state.MaxTOTPSecret)
	if len(text) > maxSecretText || strings.ContainsAny(text, "\r\n") { // line breaks, which the decoder ignores
		return "", refusal
	}
	joined := strings.NewReplacer(" ", "", "-", "").Replace(text)
	secret := strings.TrimRight(joined, "=")
	isPadded, rest := len(secret) < len(joined), len(secret)%8
	if isPadded && len(joined)%8 != 0 || len(joined)-len(secret) > 6 || rest == 1 || rest == 3 || rest == 6 {
		return "", refusal
	}
	key, err := lowerEncoding.DecodeString(state.Lower(secret))
	if err != nil || len(key) < state.MinTOTPSecret || len(key) > state.MaxTOTPSecret {
		return "", refusal
	}
	return state.TOTPEncoding.EncodeToString(key), nil
}
