// Package flows tests the emulator's operations end to end, through the SDK's own client: each operation works, and
// refuses in at least two ways, and answers no error that the specification does not declare for it.
//
// What the tests have seen is in testdata/outcomes.json, from which docs/EMULATOR.md is made.
package flows
