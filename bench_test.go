package stytch_test

import (
	"testing"

	stytch "github.com/seed75add069/stytch-go"
)

// The target is 10 µs. TestNewClient_startsNothing checks that there is neither a goroutine nor network traffic.
func BenchmarkNewClient(b *testing.B) {
	config := stytch.Config{ProjectID: testID, Secret: secretText}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := stytch.NewClient(config); err != nil {
			b.Fatal(err)
		}
	}
}
