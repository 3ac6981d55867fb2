package state

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// The errors of a row of a snapshot begin with the field that is wrong. They never show a value of the row: it may be
// a secret.

// inRow names the row that an error is about.
func inRow(at string, err error) error {
	if wrong, is := errors.AsType[*Invalid](err); is {
		return fmt.Errorf("%s: %s", at, wrong.Text)
	}
	return fmt.Errorf("%s: %w", at, err)
}

// each checks what a row of a table has to do with other rows. The snapshot has the rows in the order of the table.
func each[R any](t *store.Table[R], check func(*R) error) error {
	for number, row := range t.All() {
		if err := check(row); err != nil {
			return inRow(fmt.Sprintf("state.%s[%d]", t.Name(), number-1), err)
		}
	}
	return nil
}

// tokens are those that rows of all kinds have.
type tokens map[string]bool

// once refuses a token that another row has.
func (t tokens) once(field, token string) error {
	if t[token] {
		return fmt.Errorf("%s is another row's token too", field)
	}
	t[token] = true
	return nil
}

// refers checks that there is the row that a field names.
func refers[R any](field, key string, t *store.Table[R]) error {
	if t.Get(key) == nil {
		return fmt.Errorf("%s names no row of %s", field, t.Name())
	}
	return nil
}

// refersToMember checks that the member and the organization that a row names belong together.
func (tx *Tx) refersToMember(organizationID, memberID string) error {
	if m := tx.Members.Get(memberID); m == nil || m.OrganizationID != organizationID {
		return errors.New("member_id names no member of the organization of organization_id")
	}
	return nil
}

// refersToMemberOrNone checks that there is the member that a row names, if it names one.
func (tx *Tx) refersToMemberOrNone(id string) error {
	if id == "" {
		return nil
	}
	return refers("member_id", id, tx.Members)
}

func checkName(field, name string) error {
	if !IsName(name) {
		return fmt.Errorf("%s is empty or too long", field)
	}
	return nil
}

func checkToken(field, token string) error {
	if !TokenForm.MatchString(token) {
		return fmt.Errorf("%s is malformed", field)
	}
	return nil
}

// checkChallenge checks a code challenge of PKCE, which may be empty.
func checkChallenge(field, challenge string) error {
	if challenge != "" && !ChallengeForm.MatchString(challenge) {
		return fmt.Errorf("%s is malformed", field)
	}
	return nil
}

func checkEmail(field, address string) error {
	if _, err := Email(address); err != nil {
		return fmt.Errorf("%s is not an e-mail address", field)
	}
	return nil
}

func checkURL(field, raw string) error {
	if _, err := ParseRedirectURL(raw); err != nil {
		return fmt.Errorf("%s is %w", field, err)
	}
	return nil
}

func checkFailures(n int) error {
	if n < 0 || n > MaxFailures {
		return fmt.Errorf("failures must be between 0 and %d", MaxFailures)
	}
	return nil
}

func oneOf[T ~string](field string, value T, known []T) error {
	if slices.Contains(known, value) {
		return nil
	}
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	return fmt.Errorf("%s must be one of %s", field, strings.Join(names, ", "))
}
