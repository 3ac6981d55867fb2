// Package mfa compares the emulator's second factors with what others make of them: the vectors of RFC 6238, another
// implementation of it, and a reader of QR codes.
package mfa_test

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"image/png"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/totps"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// TestTOTP_vectorsOfTheRFC has the vectors of RFC 6238, appendix B, for SHA-1, of which the last six digits are the code
// of six digits.
func TestTOTP_vectorsOfTheRFC(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t, standing)
	v := server.CreateOrganization("ada@example.com", "Acme", nil)
	secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	for _, vector := range []struct {
		seconds int64
		code    string
	}{
		{59, "94287082"}, {1111111109, "07081804"}, {1111111111, "14050471"},
		{1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"},
	} {
		server.Clock().Set(time.Unix(vector.seconds, 0))
		code, err := server.TOTPCode(secret)
		require.NoError(t, err)
		assert.Equal(t, vector.code[2:], code, vector.seconds)
		session := server.LogIn("ada@example.com").SessionToken
		_, err = server.Client().B2B.TOTPs.Migrate(t.Context(), &totps.MigrateRequest{
			OrganizationID: "acme", MemberID: v.MemberID, Secret: secret, RecoveryCodes: []string{"a"},
		})
		require.NoError(t, err)
		require.NoError(t, enter(t, server, v.MemberID, session, vector.code[2:]), vector.seconds)
		_, err = server.Client().B2B.Organizations.Members.DeleteTOTP(t.Context(),
			&members.DeleteTOTPRequest{OrganizationID: "acme", MemberID: v.MemberID})
		require.NoError(t, err)
	}
}

// standing is the option of a clock that moves only when it is told to.
func standing(c *emulator.Config) {
	now := time.Now()
	c.Now = func() time.Time { return now }
}

func enter(t *testing.T, server *stytchtest.Server, member, session, code string) error {
	t.Helper()
	_, err := server.Client().B2B.TOTPs.Authenticate(t.Context(), &totps.AuthenticateRequest{
		OrganizationID: "acme", MemberID: member, Code: code, SessionToken: &session,
	})
	return err
}

func TestTOTP_anotherImplementationComputesTheSame(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t, standing)
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		key := make([]byte, 10+random.IntN(55))
		for i := range key {
			key[i] = byte(random.Uint32())
		}
		secret := base32.StdEncoding.EncodeToString(key)
		server.Clock().Set(time.Unix(random.Int64N(250_000_000_000), 0))
		ours, err := server.TOTPCode(secret)
		require.NoError(t, err)
		theirs, err := totp.GenerateCode(secret, server.Clock().Now())
		require.NoError(t, err)
		require.Equal(t, theirs, ours)
	}
}

func TestTOTP_anotherImplementationLogsIn(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t, standing)
	v := server.CreateOrganization("ada@example.com", "Acme", nil)
	created, err := server.Client().B2B.TOTPs.Create(t.Context(), &totps.CreateRequest{
		OrganizationID: "acme", MemberID: v.MemberID, SessionToken: &v.SessionToken,
	})
	require.NoError(t, err)
	key, err := otp.NewKeyFromURL(scan(t, created.QRCode))
	require.NoError(t, err)
	code, err := totp.GenerateCode(key.Secret(), server.Clock().Now())
	require.NoError(t, err)
	require.NoError(t, enter(t, server, v.MemberID, v.SessionToken, code))
	require.ErrorIs(t, enter(t, server, v.MemberID, v.SessionToken, code), stytcherror.CodeTOTPCodeAlreadyAuthenticated)
}

// scan reads a QR code as a phone would, from the picture.
func scan(t *testing.T, dataURL string) string {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(dataURL, "data:image/png;base64,"))
	require.NoError(t, err)
	picture, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	require.NoError(t, err)
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_PURE_BARCODE: true,
	})
	require.NoError(t, err)
	return result.GetText()
}

func TestQRCode_hasTheSecretIssuerAndAccount(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Acme": "Acme", "A & B = 100% + C?": "A & B = 100% + C?", "Acme: Inc./x#y": "Acme Inc./x#y",
		"Übung 漢字 \U0001F600": "Übung 漢字 \U0001F600", strings.Repeat("\U0001F600", 128): strings.Repeat("\U0001F600", 32),
		`"><script>alert(1)</script>`: `"><script>alert(1)</script>`,
	} {
		server := stytchtest.New(t)
		email := "ada+" + strings.Repeat("x", 60) + "@example.com"
		v := server.CreateOrganization(email, name, &discoveryorganizations.CreateRequest{OrganizationSlug: new("acme")})
		created, err := server.Client().B2B.TOTPs.Create(t.Context(), &totps.CreateRequest{
			OrganizationID: "acme", MemberID: v.MemberID, SessionToken: &v.SessionToken,
		})
		require.NoError(t, err)
		text := scan(t, created.QRCode)
		u, err := url.Parse(text)
		require.NoError(t, err)
		assert.Equal(t, "otpauth", u.Scheme)
		assert.Equal(t, "totp", u.Host)
		assert.Equal(t, url.Values{
			"secret": {created.Secret}, "issuer": {want}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"},
		}, u.Query())
		assert.NotContains(t, text, "+", "a plus is a plus for some apps")
		assert.NotContains(t, text, "<")
		key, err := otp.NewKeyFromURL(text)
		require.NoError(t, err)
		assert.Equal(t, want, key.Issuer())
		assert.Equal(t, email, key.AccountName())
		assert.Equal(t, created.Secret, key.Secret())
		assert.EqualValues(t, 30, key.Period())
		assert.Equal(t, otp.DigitsSix, key.Digits())
		assert.Equal(t, otp.AlgorithmSHA1, key.Algorithm())
	}
}
