package state

import (
	"errors"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// Impersonation is somebody's wish to act in the name of a member. Its token gives a session once.
type Impersonation struct {
	Token    string `json:"token"`
	MemberID string `json:"member_id"`
	// ImpersonatorID and ImpersonatorEmail are those of the person who acts in the member's name.
	ImpersonatorID    string    `json:"impersonator_id"`
	ImpersonatorEmail string    `json:"impersonator_email_address"`
	ExpiresAt         time.Time `json:"expires_at"`
}

type impersonationTables struct {
	Impersonations   *store.Table[Impersonation]
	impersonationsOf *store.Index[Impersonation] // by member

	impersonationsDue due
}

func newImpersonationTables(db *store.DB) impersonationTables {
	t := store.NewTable(db, "impersonations", func(i *Impersonation) string { return i.Token })
	return impersonationTables{
		Impersonations:   t,
		impersonationsOf: t.Index("member", func(i *Impersonation) string { return i.MemberID }),
	}
}

func (i *Impersonation) prepare(*Tx) error {
	if !TokenForm.MatchString(i.Token) {
		return errors.New("the token is malformed")
	}
	_, err := Email(i.ImpersonatorEmail)
	return err
}

func (tx *Tx) checkImpersonations(once func(kind, token string) error) error {
	for _, i := range tx.Impersonations.All() {
		if tx.Members.Get(i.MemberID) == nil {
			return errors.New("an impersonation has no such member")
		}
		if err := once("an impersonation", i.Token); err != nil {
			return err
		}
	}
	return nil
}
