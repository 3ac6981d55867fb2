// Package contracts has the generated tests of all operations, and no other code. Each test calls package contracttest.
// They are one package, as each package is a test program of its own, and that takes longer to link than to run.
package contracts
