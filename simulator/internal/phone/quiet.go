package phone

import (
	"sync"

	"go.mau.fi/libsignal/logger"
)

// quiet drops the Signal library's own log, which would print to stdout.
type quiet struct{}

func (quiet) Debug(string, string)   {}
func (quiet) Info(string, string)    {}
func (quiet) Warning(string, string) {}
func (quiet) Error(string, string)   {}
func (quiet) Configure(string)       {}

// SilenceLibrary switches the Signal library's log off for the whole process. Call it before any phone works.
func SilenceLibrary() { silence() }

// Once: the library keeps its logger in a plain variable, and several worlds may start at the same time.
var silence = sync.OnceFunc(func() {
	var silent logger.Loggable = quiet{}
	logger.Setup(&silent)
})
