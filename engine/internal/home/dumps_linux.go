package home

import "golang.org/x/sys/unix"

// NoDumps keeps what this process has in memory, keys above all, out of core files, and out of the reach of other programs.
//
// Source: prctl(2), PR_SET_DUMPABLE: also where the kernel pipes dumps to a program, which limits do not stop.
func NoDumps() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
