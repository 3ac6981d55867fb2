package emulator

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The specification says of every operation whether the emulator implements it.
func TestHandlers_areThoseOfTheSpecification(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range routes {
		known[r.id] = true
		_, implemented := handlers[r.id]
		assert.Equal(t, r.state != "none", implemented, "%s is %s in the specification", r.id, r.state)
	}
	for id := range handlers {
		assert.True(t, known[id], "%s is not in the specification", id)
	}
	for id := range public {
		assert.True(t, known[id], id)
	}
}
