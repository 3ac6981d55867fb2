package b2b

import (
	"reflect"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/passwords"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/password"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// migratePassword takes over the hash of another system. Who is no member becomes an active one.
func migratePassword(tx *engine.Tx, req *passwords.MigrateRequest) (*passwords.MigrateResponse, error) {
	address, err := state.Email(req.EmailAddress)
	if err != nil {
		return nil, err
	}
	hash, err := parseForeign(req)
	if err != nil {
		return nil, err
	}
	fields := &members.UpdateRequest{
		Name: req.Name, TrustedMetadata: req.TrustedMetadata, UntrustedMetadata: req.UntrustedMetadata,
		Roles: req.Roles, PreserveExistingSessions: req.PreserveExistingSessions,
		MFAPhoneNumber: req.MFAPhoneNumber, ExternalID: req.ExternalID,
	}
	if err := checkMember(fields); err != nil {
		return nil, err
	}
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	m := tx.MemberByEmail(org.OrganizationID, address)
	created := m == nil
	if created {
		if err := login.CheckEmail(tx.Tx, org.OrganizationID, "", address); err != nil {
			return nil, err
		}
		m = tx.NewMember(org.OrganizationID, address)
	}
	if tx.PasswordOf(m) != nil {
		return nil, ops.ErrPasswordAlreadyExists
	}
	changed := *m
	if created {
		changed.Status = organizations.MemberStatusActive
	} else {
		fields.ExternalID = nil // the API ignores it
	}
	changed.EmailAddressVerified, changed.VouchedFor = true, false
	if err := changeMember(tx, org, &changed, fields); err != nil {
		return nil, err
	}
	if req.MFAPhoneNumber != nil && req.SetPhoneNumberVerified != nil {
		changed.MFAPhoneNumberVerified = *req.SetPhoneNumberVerified
	}
	if !reflect.DeepEqual(&changed, m) {
		changed.UpdatedAt = tx.Now
		tx.Members.Put(&changed)
	}
	tx.PutPassword(m.MemberID, m.EmailAddress, hash, true)
	return &passwords.MigrateResponse{
		MemberID: m.MemberID, MemberCreated: created,
		Member: login.Member(tx.Tx, &changed), Organization: org.Organization,
	}, nil
}

func parseForeign(req *passwords.MigrateRequest) (*password.Hash, error) {
	foreign := password.Foreign{
		Hash: req.Hash, Type: req.HashType, MD5: req.MD5Config, SHA1: req.SHA1Config, SHA512: req.SHA512Config,
		Argon2: req.Argon2Config, Scrypt: req.ScryptConfig, PBKDF2: req.PBKDF2Config,
	}
	return foreign.Parse()
}
