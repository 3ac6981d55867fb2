package state

import (
	"cmp"
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
	return cmp.Or(checkToken("token", i.Token), checkEmail("impersonator_email_address", i.ImpersonatorEmail))
}

func (tx *Tx) checkImpersonations(all tokens) error {
	return each(tx.Impersonations, func(i *Impersonation) error {
		return cmp.Or(refers("member_id", i.MemberID, tx.Members), all.once("token", i.Token))
	})
}
