package b2b

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func TestRemembered_asksOnceForEachMember(t *testing.T) {
	t.Parallel()
	calls := 0
	idOf := remembered(func(m *state.Member) []string {
		calls++
		return []string{m.MemberID}
	})
	for _, id := range []string{"a", "b"} {
		m := new(state.Member)
		m.MemberID = id
		for range 3 {
			assert.Equal(t, []string{id}, idOf(m))
		}
	}
	assert.Equal(t, 2, calls)
}
