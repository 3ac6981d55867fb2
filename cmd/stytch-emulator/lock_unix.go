//go:build unix && !aix && !solaris

package main

import (
	"os"
	"syscall"
)

// lockFile locks a file for this process, which is an error if another one has locked it.
func lockFile(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
