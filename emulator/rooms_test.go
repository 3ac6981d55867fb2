package emulator

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRooms holds what the specification says of the emulator against what is built.
func TestRooms(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range routes {
		known[r.id] = true
		_, built := rooms[r.id]
		assert.Equal(t, r.state != "none", built, "%s is %s in the specification", r.id, r.state)
	}
	for id := range rooms {
		assert.True(t, known[id], "%s is not in the specification", id)
	}
	for id := range public {
		assert.True(t, known[id], id)
	}
}
