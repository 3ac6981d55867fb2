package flows_test

import (
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"

	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/passwords"
	b2cpasswords "github.com/seed75add069/stytch-go/b2c/passwords"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// migrate migrates a hash for an address in the organization "example".
func (h *harness) migrate(address string, change func(*passwords.MigrateRequest)) (*passwords.MigrateResponse, error) {
	h.t.Helper()
	sum := md5.Sum([]byte(strong))
	req := &passwords.MigrateRequest{
		OrganizationID: "example", EmailAddress: address, Hash: hex.EncodeToString(sum[:]), HashType: b2cpasswords.HashTypeMD5,
	}
	change(req)
	return h.api.B2B.Passwords.Migrate(h.t.Context(), req)
}

var base64Of = base64.StdEncoding.EncodeToString

// foreignHashes are hashes of the password strong, as other systems have them.
func foreignHashes(t *testing.T) map[string]func(*passwords.MigrateRequest) {
	t.Helper()
	bcrypted, err := bcrypt.GenerateFromPassword([]byte(strong), bcrypt.MinCost)
	require.NoError(t, err)
	salt := []byte("0123456789abcdef")
	scrypted, err := scrypt.Key([]byte(strong), salt, 1024, 8, 2, 32)
	require.NoError(t, err)
	by256, err := pbkdf2.Key(sha256.New, strong, salt, 1000, 32)
	require.NoError(t, err)
	by512, err := pbkdf2.Key(sha512.New, strong, salt, 1000, 100)
	require.NoError(t, err)
	argon2i := argon2.Key([]byte(strong), salt, 2, 64, 2, 32)
	argon2id := argon2.IDKey([]byte(strong), salt, 1, 64, 1, 16)
	md5Sum, sha1Sum := md5.Sum([]byte(strong)), sha1.Sum([]byte(strong+"after"))
	sha512Sum := sha512.Sum512([]byte("before" + strong + "after"))
	raw := base64.RawStdEncoding.EncodeToString
	given := func(hashType b2cpasswords.HashType, hash string, more ...func(*passwords.MigrateRequest)) func(*passwords.MigrateRequest) {
		return func(r *passwords.MigrateRequest) {
			r.HashType, r.Hash = hashType, hash
			for _, change := range more {
				change(r)
			}
		}
	}
	return map[string]func(*passwords.MigrateRequest){
		"bcrypt":        given(b2cpasswords.HashTypeBcrypt, string(bcrypted)),
		"bcrypt of PHP": given(b2cpasswords.HashTypeBcrypt, "$2y$"+string(bcrypted[4:])),
		"md5":           given(b2cpasswords.HashTypeMD5, strings.ToUpper(hex.EncodeToString(md5Sum[:]))),
		"sha1": given(b2cpasswords.HashTypeSHA1, hex.EncodeToString(sha1Sum[:]), func(r *passwords.MigrateRequest) {
			r.SHA1Config = &b2cpasswords.SHA1Config{AppendSalt: "after"}
		}),
		"sha512": given(b2cpasswords.HashTypeSHA512, hex.EncodeToString(sha512Sum[:]), func(r *passwords.MigrateRequest) {
			r.SHA512Config = &b2cpasswords.SHA512Config{PrependSalt: "before", AppendSalt: "after"}
		}),
		"argon2i": given(b2cpasswords.HashTypeArgon2i, fmt.Sprintf("$argon2i$v=19$m=64,t=2,p=2$%s$%s", raw(salt), raw(argon2i))),
		"argon2id in hexadecimal form": given(b2cpasswords.HashTypeArgon2id, hex.EncodeToString(argon2id), func(r *passwords.MigrateRequest) {
			r.Argon2Config = &b2cpasswords.Argon2Config{
				Salt: string(salt), IterationAmount: 1, Memory: 64, Threads: 1, KeyLength: 16,
			}
		}),
		"scrypt": given(b2cpasswords.HashTypeScrypt, base64Of(scrypted), func(r *passwords.MigrateRequest) {
			r.ScryptConfig = &b2cpasswords.ScryptConfig{
				Salt: base64Of(salt), NParameter: 1024, RParameter: 8, PParameter: 2, KeyLength: 32,
			}
		}),
		"scrypt encoded": given(b2cpasswords.HashTypeScrypt, fmt.Sprintf("$scrypt$ln=10,r=8,p=2$%s$%s", raw(salt), raw(scrypted))),
		"pbkdf2": given(b2cpasswords.HashTypePBKDF2, base64Of(by256), func(r *passwords.MigrateRequest) {
			r.PBKDF2Config = &b2cpasswords.PBKDF2Config{
				Salt: base64Of(salt), IterationAmount: 1000, KeyLength: 32, Algorithm: "sha256",
			}
		}),
		"pbkdf2 of SHA-512": given(b2cpasswords.HashTypePBKDF2, base64Of(by512), func(r *passwords.MigrateRequest) {
			r.PBKDF2Config = &b2cpasswords.PBKDF2Config{
				Salt: base64Of(salt), IterationAmount: 1000, KeyLength: 100, Algorithm: "sha512",
			}
		}),
		"phpass": given(b2cpasswords.HashTypePhpass, "$P$9saltsaltpN3cWPr8o1qjn/8pN8Lz81"),
	}
}

func TestPasswordMigration_hashesLogIn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	n := 0
	for name, change := range foreignHashes(t) {
		n++
		address := fmt.Sprintf("member%d@example.com", n)
		resp, err := h.migrate(address, change)
		require.NoError(t, err, name)
		assert.True(t, resp.MemberCreated)
		assert.True(t, resp.Member.EmailAddressVerified)
		assert.Equal(t, "active", resp.Member.Status)
		assert.NotEmpty(t, resp.Member.MemberPasswordID)
		if name == "phpass" {
			continue // see conformance/passwords, whose hashes are PHP's
		}
		_, err = h.signIn("example", address, another)
		require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials, name)
		login, err := h.signIn("example", address, strong)
		require.NoError(t, err, name)
		assert.Equal(t, resp.MemberID, login.MemberID)
		assert.True(t, login.MemberAuthenticated)
	}
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	_, err = h.signIn("example", "member1@example.com", another)
	require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials)
}

func TestPasswordMigration_changesTheMember(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	bob := h.addMember(org, "bob@example.com", func(r *members.CreateRequest) {
		r.TrustedMetadata, r.CreateMemberAsPending = object{"a": 1, "b": 2}, new(true)
	})
	resp, err := h.migrate("Bob@example.com", func(r *passwords.MigrateRequest) {
		r.OrganizationID = org
		r.Name, r.ExternalID, r.Roles = new("Bob"), new("bob-1"), []string{"stytch_admin"}
		r.TrustedMetadata, r.UntrustedMetadata = object{"b": nil, "c": 3}, object{"x": true}
		r.MFAPhoneNumber, r.SetPhoneNumberVerified = new("+12025550162"), new(true)
		r.PreserveExistingSessions = new(true)
	})
	require.NoError(t, err)
	assert.False(t, resp.MemberCreated)
	assert.Equal(t, bob.MemberID, resp.MemberID)
	m := resp.Member
	assert.Equal(t, "Bob", m.Name)
	assert.Empty(t, m.ExternalID, "it is for members who are created")
	assert.Equal(t, object{"a": 1.0, "c": 3.0}, object(m.TrustedMetadata))
	assert.Equal(t, object{"x": true}, object(m.UntrustedMetadata))
	assert.True(t, m.IsAdmin)
	assert.Equal(t, "+12025550162", m.MFAPhoneNumber)
	assert.True(t, m.MFAPhoneNumberVerified)
	assert.True(t, m.EmailAddressVerified)
	assert.Equal(t, "pending", m.Status)
	assert.Equal(t, m, h.member(org, bob.MemberID))
	_, err = h.migrate("bob@example.com", func(*passwords.MigrateRequest) {})
	require.ErrorIs(t, err, stytcherror.CodePasswordAlreadyExists)
	login, err := h.signIn("example", "bob@example.com", strong)
	require.NoError(t, err)
	assert.Equal(t, "active", login.Member.Status)
}

func TestPasswordMigration_breachedOnesMustBeReset(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	sum := md5.Sum([]byte("letmein"))
	_, err := h.migrate("bob@example.com", func(r *passwords.MigrateRequest) { r.Hash = hex.EncodeToString(sum[:]) })
	require.NoError(t, err)
	_, err = h.signIn("example", "bob@example.com", "letmein")
	require.ErrorIs(t, err, stytcherror.CodeMemberResetPassword)
}

func TestPasswordMigration_isForTheAddressInAllOrganizations(t *testing.T) {
	t.Parallel()
	h := newCrossHarness(t)
	h.create("ada@example.com")
	h.create("ada@example.com")
	_, err := h.migrate("ada@example.com", func(*passwords.MigrateRequest) {})
	require.NoError(t, err)
	_, err = h.migrate("ada@example.com", func(r *passwords.MigrateRequest) { r.OrganizationID = "example-2" })
	require.ErrorIs(t, err, stytcherror.CodePasswordAlreadyExists)
	_, err = h.signIn("example-2", "ada@example.com", strong)
	require.NoError(t, err)
}

func TestPasswordMigration_refusesWhatNoMemberCanHave(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.addMember("example", "eve@example.com", func(r *members.CreateRequest) {
		r.ExternalID, r.MFAPhoneNumber = new("eve"), new("+12025550163")
	})
	_, err := h.update(v.Organization.OrganizationID, "eve", func(r *members.UpdateRequest) { r.EmailAddress = new("eva@example.com") })
	require.NoError(t, err)
	for code, change := range map[stytcherror.Code]func(*passwords.MigrateRequest){
		stytcherror.CodeInvalidEmail:                  func(r *passwords.MigrateRequest) { r.EmailAddress = "bob" },
		stytcherror.CodeOrganizationNotFound:          func(r *passwords.MigrateRequest) { r.OrganizationID = "nowhere" },
		stytcherror.CodeInvalidRBACRoleID:             func(r *passwords.MigrateRequest) { r.Roles = []string{"nobody"} },
		stytcherror.CodeCannotAssignDefaultRBACRoleID: func(r *passwords.MigrateRequest) { r.Roles = []string{"stytch_member"} },
		stytcherror.CodeDuplicateMemberExternalID:     func(r *passwords.MigrateRequest) { r.ExternalID = new("eve") },
		stytcherror.CodeBadRequest:                    func(r *passwords.MigrateRequest) { r.ExternalID = new("a b") },
		stytcherror.CodeInvalidPhoneNumber:            func(r *passwords.MigrateRequest) { r.MFAPhoneNumber = new("1") },
		stytcherror.CodeDuplicateMemberPhoneNumber:    func(r *passwords.MigrateRequest) { r.MFAPhoneNumber = new("+12025550163") },
		stytcherror.CodeRetiredMemberEmail:            func(r *passwords.MigrateRequest) { r.EmailAddress = "eve@example.com" },
		stytcherror.CodeDuplicateMemberPhoneNumberForMember: func(r *passwords.MigrateRequest) {
			r.EmailAddress, r.MFAPhoneNumber = "eva@example.com", new("+12025550169")
		},
		stytcherror.CodeMetadataTooLarge: func(r *passwords.MigrateRequest) {
			r.TrustedMetadata = object{"x": strings.Repeat("x", 5000)}
		},
	} {
		_, err := h.migrate("bob@example.com", change)
		require.ErrorIs(t, err, code)
	}
	assert.Empty(t, h.rows("passwords"))
	assert.Len(t, h.rows("members"), 2)
	h.alter("organizations", "organization_slug", "example", object{"claimed_email_domains": []string{"example.org"}})
	h.create("joe@example.net")
	_, err = h.migrate("bob@example.org", func(r *passwords.MigrateRequest) { r.OrganizationID = "example-2" })
	require.ErrorIs(t, err, stytcherror.CodeActionNotAllowedEmailDomainIsClaimed)
}

func TestPasswordMigration_refusesMalformedHashes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	valid := foreignHashes(t)
	type request = passwords.MigrateRequest
	long := strings.Repeat("x", 1025)
	for _, row := range []struct {
		code   stytcherror.Code
		from   string
		change func(*request)
	}{
		{stytcherror.CodeInvalidHashType, "md5", func(r *request) { r.HashType = "rot_13" }},
		{stytcherror.CodeInvalidBcryptHash, "bcrypt", func(r *request) { r.Hash = r.Hash[1:] }},
		{stytcherror.CodeInvalidBcryptHash, "bcrypt", func(r *request) { r.Hash = "$2x" + r.Hash[3:] }},
		{stytcherror.CodeInvalidBcryptCost, "bcrypt", func(r *request) { r.Hash = r.Hash[:4] + "15" + r.Hash[6:] }},
		{stytcherror.CodeInvalidBcryptCost, "bcrypt", func(r *request) { r.Hash = r.Hash[:4] + "03" + r.Hash[6:] }},
		{stytcherror.CodeInvalidMD5Hash, "md5", func(r *request) { r.Hash = r.Hash[2:] }},
		{stytcherror.CodeInvalidMD5Hash, "md5", func(r *request) { r.Hash = "g" + r.Hash[1:] }},
		{stytcherror.CodeInvalidSHA1Hash, "sha1", func(r *request) { r.Hash += "00" }},
		{stytcherror.CodeInvalidSHA512Hash, "sha512", func(r *request) { r.Hash = r.Hash[1:] }},
		{stytcherror.CodeInvalidPrependSalt, "sha512", func(r *request) { r.SHA512Config.PrependSalt = long }},
		{stytcherror.CodeInvalidAppendSalt, "sha1", func(r *request) { r.SHA1Config.AppendSalt = long }},
		{stytcherror.CodeInvalidPhpassHashPrefix, "phpass", func(r *request) { r.Hash = "$Q$" + r.Hash[3:] }},
		{stytcherror.CodeInvalidPhpassHashPrefix, "phpass", func(r *request) { r.Hash = "$P" }},
		{stytcherror.CodeInvalidPhpassHashFormat, "phpass", func(r *request) { r.Hash += "x" }},
		{stytcherror.CodeInvalidPhpassHashFormat, "phpass", func(r *request) { r.Hash = "$P$z" + r.Hash[4:] }},
		{stytcherror.CodeInvalidPhpassHashFormat, "phpass", func(r *request) { r.Hash = "$P$." + r.Hash[4:] }},
		{stytcherror.CodeInvalidHash, "argon2i", func(r *request) { r.HashType = b2cpasswords.HashTypeArgon2id }},
		{stytcherror.CodeInvalidHash, "argon2i", func(r *request) { r.Hash = strings.Replace(r.Hash, "v=19", "v=16", 1) }},
		{stytcherror.CodeInvalidHash, "argon2i", func(r *request) { r.Hash += "!" }},
		{stytcherror.CodeInvalidHash, "argon2i", func(r *request) { r.Hash = "xyz" }},
		{stytcherror.CodeInvalidArgon2Memory, "argon2i", func(r *request) { r.Hash = strings.Replace(r.Hash, "m=64", "m=15", 1) }},
		{stytcherror.CodeInvalidArgon2Memory, "argon2i", func(r *request) { r.Hash = strings.Replace(r.Hash, "m=64", "m=262145", 1) }},
		{stytcherror.CodeInvalidArgon2IterationAmount, "argon2i", func(r *request) { r.Hash = strings.Replace(r.Hash, "t=2", "t=0", 1) }},
		{stytcherror.CodeInvalidArgon2IterationAmount, "argon2i", func(r *request) { r.Hash = strings.Replace(r.Hash, "t=2", "t=999999999", 1) }},
		{stytcherror.CodeInvalidArgon2Threads, "argon2i", func(r *request) { r.Hash = strings.Replace(r.Hash, "p=2", "p=65", 1) }},
		{stytcherror.CodeInvalidArgon2Threads, "argon2id in hexadecimal form", func(r *request) { r.Argon2Config.Threads = 0 }},
		{stytcherror.CodeInvalidArgon2Salt, "argon2id in hexadecimal form", func(r *request) { r.Argon2Config.Salt = "" }},
		{stytcherror.CodeInvalidArgon2Salt, "argon2id in hexadecimal form", func(r *request) { r.Argon2Config.Salt = long }},
		{stytcherror.CodeInvalidArgon2KeyLength, "argon2id in hexadecimal form", func(r *request) { r.Argon2Config.KeyLength = 3 }},
		{stytcherror.CodeArgon2KeyLengthMismatch, "argon2id in hexadecimal form", func(r *request) { r.Argon2Config.KeyLength = 17 }},
		{stytcherror.CodeInvalidHash, "argon2id in hexadecimal form", func(r *request) { r.Argon2Config = nil }},
		{stytcherror.CodeInvalidBase64ScryptHash, "scrypt", func(r *request) { r.Hash = "!" }},
		{stytcherror.CodeInvalidBase64ScryptHash, "scrypt", func(r *request) { r.Hash = r.Hash[:4] + "\n" + r.Hash[4:] }},
		{stytcherror.CodeInvalidBase64ScryptSalt, "scrypt", func(r *request) { r.ScryptConfig.Salt = "!" }},
		{stytcherror.CodeInvalidScryptSaltLength, "scrypt", func(r *request) { r.ScryptConfig.Salt = "" }},
		{stytcherror.CodeInvalidScryptSaltLength, "scrypt", func(r *request) { r.ScryptConfig.Salt = base64Of([]byte(long)) }},
		{stytcherror.CodeScryptKeyLengthMismatch, "scrypt", func(r *request) { r.ScryptConfig.KeyLength = 31 }},
		{stytcherror.CodeInvalidScryptNParameter, "scrypt", func(r *request) { r.ScryptConfig.NParameter = 1000 }},
		{stytcherror.CodeInvalidScryptNParameter, "scrypt", func(r *request) { r.ScryptConfig.NParameter = 524_288 }},
		{stytcherror.CodeInvalidScryptNParameter, "scrypt", func(r *request) { r.ScryptConfig.NParameter = -1024 }},
		{stytcherror.CodeInvalidScryptParameters, "scrypt", func(r *request) { r.ScryptConfig.RParameter = 0 }},
		{stytcherror.CodeInvalidScryptParameters, "scrypt", func(r *request) { r.ScryptConfig.RParameter = 1 << 30 }},
		{stytcherror.CodeInvalidScryptParameters, "scrypt", func(r *request) { r.ScryptConfig.PParameter = 1 << 30 }},
		{stytcherror.CodeInvalidScryptParameters, "scrypt", func(r *request) { r.Hash, r.ScryptConfig.KeyLength = "AAAA", 3 }},
		{stytcherror.CodeInvalidHash, "scrypt", func(r *request) { r.ScryptConfig = nil }},
		{stytcherror.CodeInvalidHash, "scrypt encoded", func(r *request) { r.Hash = strings.Replace(r.Hash, "ln=", "n=", 1) }},
		{stytcherror.CodeInvalidScryptNParameter, "scrypt encoded", func(r *request) { r.Hash = strings.Replace(r.Hash, "ln=10", "ln=19", 1) }},
		{stytcherror.CodeInvalidPBKDF2Hash, "pbkdf2", func(r *request) { r.Hash = "!" }},
		{stytcherror.CodeInvalidPBKDF2Hash, "pbkdf2", func(r *request) { r.Hash, r.PBKDF2Config.KeyLength = "AAAA", 3 }},
		{stytcherror.CodeInvalidPBKDF2Salt, "pbkdf2", func(r *request) { r.PBKDF2Config.Salt = "!" }},
		{stytcherror.CodeInvalidPBKDF2Salt, "pbkdf2", func(r *request) { r.PBKDF2Config.Salt = "" }},
		{stytcherror.CodeInvalidPBKDF2IterationAmount, "pbkdf2", func(r *request) { r.PBKDF2Config.IterationAmount = 0 }},
		{stytcherror.CodeInvalidPBKDF2IterationAmount, "pbkdf2", func(r *request) { r.PBKDF2Config.IterationAmount = 2_000_001 }},
		{stytcherror.CodeInvalidPBKDF2Algorithm, "pbkdf2", func(r *request) { r.PBKDF2Config.Algorithm = "md5" }},
		{stytcherror.CodePBKDF2KeyLengthMismatch, "pbkdf2", func(r *request) { r.PBKDF2Config.KeyLength = 33 }},
		{stytcherror.CodeInvalidHash, "pbkdf2", func(r *request) { r.PBKDF2Config = nil }},
	} {
		_, err := h.migrate("bob@example.com", func(r *request) {
			valid[row.from](r)
			row.change(r)
		})
		require.ErrorIs(t, err, row.code, "%s", row.from)
	}
	assert.Empty(t, h.rows("passwords"))
}

func TestPasswordMigration_isLimited(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	require.NoError(t, h.SetSettings(emulator.Settings{RateLimits: true}))
	for n := range 100 {
		_, err := h.migrate(fmt.Sprintf("m%d@example.com", n), func(*passwords.MigrateRequest) {})
		require.NoError(t, err)
	}
	_, err := h.migrate("last@example.com", func(*passwords.MigrateRequest) {})
	require.ErrorIs(t, err, stytcherror.CodeTooManyRequests)
	h.Clock().Advance(1e9)
	_, err = h.migrate("last@example.com", func(*passwords.MigrateRequest) {})
	require.NoError(t, err)
}
