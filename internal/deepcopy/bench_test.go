package deepcopy_test

import (
	"testing"

	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/deepcopy"
)

func BenchmarkMaker(b *testing.B) {
	copied := deepcopy.Maker(&b2bsessions.MemberSession{
		Roles:        []string{"stytch_member", "editor"},
		CustomClaims: map[string]any{"plan": "pro", "limits": map[string]any{"seats": 10.0}},
		AuthenticationFactors: []b2csessions.AuthenticationFactor{
			{EmailFactor: new(b2csessions.EmailFactor)}, {PhoneNumberFactor: new(b2csessions.PhoneNumberFactor)},
		},
	})
	b.ReportAllocs()
	for b.Loop() {
		copied()
	}
}
