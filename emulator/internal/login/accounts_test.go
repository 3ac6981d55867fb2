package login

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// A snapshot has at most so many accounts of an intermediate session: the oldest ones are dropped.
func TestWithAccounts_keepsTheNewestEachOnce(t *testing.T) {
	t.Parallel()
	account := func(i int, locale string) state.Registration {
		return state.Registration{Provider: state.ProviderGitHub, Subject: strconv.Itoa(i), Locale: locale}
	}
	var list []state.Registration
	for i := range state.MaxFactors + 3 {
		list = withAccounts(list, account(i, ""))
	}
	list = withAccounts(list, account(10, "de"))
	assert.Len(t, list, state.MaxFactors)
	assert.Equal(t, account(3, ""), list[0])
	assert.Equal(t, account(10, "de"), list[len(list)-1], "what a later login says counts")
}
