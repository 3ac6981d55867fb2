// Package contracts holds the generated test of each operation, which calls package contracttest. They are in one
// package because each package is a test program of its own, which takes longer to link than to run. It has no other
// code.
package contracts
