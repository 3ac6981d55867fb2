package stytch_test

import (
	"testing"

	stytch "github.com/seed75add069/stytch-go"
)

// Target: 10 µs. That it starts no goroutine and touches no network is a test.
func BenchmarkNewClient(b *testing.B) {
	config := stytch.Config{ProjectID: testID, Secret: secretText}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := stytch.NewClient(config); err != nil {
			b.Fatal(err)
		}
	}
}
