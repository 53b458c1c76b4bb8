//go:build !linux

package home

import "golang.org/x/sys/unix"

// NoDumps keeps what this process has in memory, keys above all, out of core files.
func NoDumps() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }
