// Package state is what a project stores: rows of each kind, and the tables that hold them.
//
//	s := state.New(state.Config{ProjectID: projectID})
//	err := s.Do(time.Now(), func(tx *state.Tx) error {
//		renamed := *tx.FindOrganization("acme")
//		renamed.OrganizationName = "Acme Inc."
//		tx.Organizations.Put(&renamed)
//		return nil
//	})
//
// The two names that matter are [State] and [Tx], a transaction on it. A row that is in a table is never changed: to
// change one, a changed copy is put. What rows must fulfil is checked by [Read], which reads a snapshot.
package state

import (
	"log/slog"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// State is all that a project stores. It is safe for concurrent use.
type State struct {
	Config

	db  *store.DB
	ids *ids
	tables

	// arrival is closed, and replaced, when a message was sent.
	arrival chan struct{}
	// changed is closed, and forgotten, when something was changed. It is nil if nobody waits for that.
	changed chan struct{}
	// discarded says that both are closed for good.
	discarded bool
}

// Config is what a project is configured with. It is not part of a snapshot.
type Config struct {
	ProjectID string
	// Seed, unless zero, makes ids, tokens and codes the same in every run.
	Seed uint64
	// RedirectURL is where links lead when a request has no redirect URL.
	RedirectURL string
	// Log gets a record per message that is sent, with links and codes unmasked.
	Log *slog.Logger
}

// tables are the tables of a state, with their indexes.
type tables struct {
	organizationTables
	memberTables
	registrationTables
	passwordTables
	ssoConnectionTables
	ssoLoginTables
	sessionTables
	linkTables
	passcodeTables
	oauthTables
	grantTables
	authorizationTables
	scimTables
	messageTables
	impersonationTables
	TOTPs         *store.Table[TOTP]
	Clients       *store.Table[Client]
	ConnectedApps *store.Table[ConnectedApp]
	Roles         *store.Table[Role]
	Scopes        *store.Table[Scope]
	Keys          *store.Table[Key]

	settings      *store.Table[Settings]
	usedTokens    *store.Table[UsedToken]
	usedTokensDue due
}

// New returns a state with the roles that every project has.
func New(config Config) *State {
	s := empty(config)
	s.ids = newIDs(config.Seed)
	_ = s.db.Do(func() error {
		for _, r := range defaultRoles() {
			s.Roles.Put(&r)
		}
		return nil
	})
	return s
}

func empty(config Config) *State {
	db := store.New()
	return &State{Config: config, db: db, arrival: make(chan struct{}), tables: tables{
		organizationTables:  newOrganizationTables(db),
		memberTables:        newMemberTables(db),
		registrationTables:  newRegistrationTables(db),
		passwordTables:      newPasswordTables(db),
		ssoConnectionTables: newSSOConnectionTables(db),
		ssoLoginTables:      newSSOLoginTables(db),
		sessionTables:       newSessionTables(db),
		linkTables:          newLinkTables(db),
		passcodeTables:      newPasscodeTables(db),
		oauthTables:         newOAuthTables(db),
		grantTables:         newGrantTables(db),
		authorizationTables: newAuthorizationTables(db),
		scimTables:          newSCIMTables(db),
		messageTables:       newMessageTables(db),
		TOTPs:               newTOTPTable(db),
		impersonationTables: newImpersonationTables(db),
		Clients:             newClientTable(db),
		ConnectedApps:       newConnectedAppTable(db),
		Scopes:              store.NewTable(db, "scopes", func(s *Scope) string { return s.Scope }),
		Roles:               store.NewTable(db, "roles", func(r *Role) string { return r.RoleID }),
		Keys:                store.NewTable(db, "keys", func(k *Key) string { return k.KID }),
		settings:            newSettingsTable(db),
		usedTokens:          newUsedTokenTable(db),
	}}
}

// Tx is a transaction. It is valid until the function that it was passed to returns.
type Tx struct {
	*State
	// Now is the time of the transaction, in whole seconds and UTC.
	Now time.Time

	sent  []*Message
	later []func() error
}

// Do runs a transaction. An error of run changes nothing, and is returned as it is. What [Tx.Later] was given runs
// after the transaction, and outside of it.
func (s *State) Do(now time.Time, run func(*Tx) error) error {
	tx := &Tx{State: s, Now: now.UTC().Truncate(time.Second)}
	err := s.db.Do(func() error {
		if err := run(tx); err != nil {
			return err
		}
		if len(tx.sent) > 0 {
			s.announceMessage()
		}
		if s.db.Changed() {
			s.announceChange()
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, m := range tx.sent {
		s.Log.Info("message",
			"channel", m.Channel, "to", m.To, "template", m.Template, "code", m.Code, "link", m.Link)
	}
	for _, step := range tx.later {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (s *State) announceMessage() {
	if s.discarded {
		return
	}
	close(s.arrival)
	s.arrival = make(chan struct{})
}

func (s *State) announceChange() {
	if s.changed != nil && !s.discarded {
		close(s.changed)
		s.changed = nil
	}
}

// Changed returns a channel that is closed when something is changed, or when the state is discarded.
func (s *State) Changed() <-chan struct{} {
	var changed <-chan struct{}
	_ = s.db.Do(func() error {
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		changed = s.changed
		return nil
	})
	return changed
}

// Discard wakes those who wait for messages or changes, and those who do so later. It is for a state that was replaced,
// and is called once.
func (s *State) Discard() {
	_ = s.db.Do(func() error {
		s.discarded = true
		close(s.arrival)
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		close(s.changed)
		return nil
	})
}

// Later runs a step once the transaction is committed, outside of it: what takes long, such as a signature.
func (tx *Tx) Later(step func() error) { tx.later = append(tx.later, step) }

// ID makes an id: "<kind>-test-" and a UUID.
func (tx *Tx) ID(kind string) string { return tx.ids.id(kind) }

// Token makes an opaque token of 44 characters.
func (tx *Tx) Token() string { return tx.ids.token() }

// Code makes a passcode of six digits.
func (tx *Tx) Code() string { return tx.ids.code() }

// TOTPSecret makes the secret of an authenticator app.
func (tx *Tx) TOTPSecret() string { return tx.ids.totpSecret() }

// RecoveryCodes makes recovery codes.
func (tx *Tx) RecoveryCodes() []string { return tx.ids.recoveryCodes() }
