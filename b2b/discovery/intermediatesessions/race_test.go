//go:build race

package intermediatesessions_test

const raceEnabled = true
