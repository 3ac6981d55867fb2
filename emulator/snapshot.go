package emulator

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// snapshotVersion changes when older snapshots can no longer be read.
const snapshotVersion = 1

// snapshot is the encoded form of a project's state and inbox. It holds tokens and private keys.
type snapshot struct {
	Version int       `json:"version"`
	State   *state    `json:"state"`
	Inbox   []Message `json:"inbox"`
}

// Snapshot returns the project's state and messages as JSON, private keys and tokens included. Clock and faults are not
// part of it.
func (p *Project) Snapshot() ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	messages := p.inbox.Messages("")
	slices.Reverse(messages) // oldest first
	return json.Marshal(snapshot{Version: snapshotVersion, State: p.state, Inbox: messages},
		json.Deterministic(true), jsontext.WithIndent("  "))
}

// Restore replaces state and messages by those of a snapshot, of this project or another. A snapshot that is invalid
// changes nothing. One that is written by hand may omit anything but the version and the state: roles are then the
// default ones, a key is made when it is needed, and all else is empty.
func (p *Project) Restore(data []byte) error {
	s := snapshot{State: newState()}
	if err := json.Unmarshal(data, &s, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("emulator: snapshot: %w", err)
	}
	if s.Version != snapshotVersion {
		return fmt.Errorf("emulator: snapshot: version %d, want %d", s.Version, snapshotVersion)
	}
	if s.State == nil {
		return errors.New("emulator: snapshot: no state")
	}
	if err := s.State.check(); err != nil {
		return fmt.Errorf("emulator: snapshot: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = s.State
	p.inbox.replace(s.Inbox)
	return nil
}

// check validates ids, references between records, and keys. It does not check the records' own values.
func (s *state) check() error {
	known := map[string]bool{}
	for _, o := range s.Organizations {
		if o == nil || o.OrganizationID == "" || known[o.OrganizationID] {
			return errors.New("an organization has no id or a duplicate one")
		}
		known[o.OrganizationID] = true
	}
	members := map[string]bool{}
	for _, m := range s.Members {
		if m == nil || m.MemberID == "" || members[m.MemberID] || !known[m.OrganizationID] {
			return errors.New("a member has no id, a duplicate one, or no organization")
		}
		members[m.MemberID] = true
	}
	for _, x := range s.Sessions {
		if x == nil || !members[x.MemberID] || !known[x.OrganizationID] {
			return errors.New("a session has no member or no organization")
		}
	}
	for _, k := range s.Keys {
		if k == nil {
			return errors.New("a key is null")
		}
		if err := k.parse(); err != nil {
			return fmt.Errorf("key %s: %w", k.KID, err)
		}
	}
	switch {
	case slices.Contains(s.Intermediate, nil):
		return errors.New("an intermediate session is null")
	case slices.Contains(s.MagicLinks, nil):
		return errors.New("a magic link is null")
	case slices.Contains(s.Passcodes, nil):
		return errors.New("a passcode is null")
	}
	return nil
}
