package rbac

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNumbering(t *testing.T) {
	t.Parallel()
	t.Run("strings are numbered from 1, in the order in which they come", func(t *testing.T) {
		t.Parallel()
		n := newNumbering(0)
		for i, s := range []string{"read", "", "write", "a"} {
			require.Equal(t, uint32(unknown), n.number(s), s)
			require.Equal(t, uint32(i+1), n.add(s), s)
			require.Equal(t, uint32(i+1), n.add(s), "again")
			require.Equal(t, uint32(i+1), n.number(s), s)
		}
		assert.Equal(t, []string{"", "read", "", "write", "a"}, n.text)
	})
	t.Run("as many as there are", func(t *testing.T) {
		t.Parallel()
		for _, expected := range []int{0, 1, 7, 8, 9, 5000} {
			n := newNumbering(expected)
			for i := range 5000 {
				require.Equal(t, uint32(i+1), n.add(strconv.Itoa(i)))
			}
			for i := range 5000 {
				require.Equal(t, uint32(i+1), n.number(strconv.Itoa(i)))
				require.Equal(t, uint32(unknown), n.number("x"+strconv.Itoa(i)))
			}
			assert.LessOrEqual(t, 2*len(n.text), len(n.slots)+1, "at most half of the slots are taken")
		}
	})
	t.Run("the zero numbering has none", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, uint32(unknown), new(numbering).number(""))
	})
}
