package sealed

import "encoding/binary"

// What is written to a log in a row is held back until SQLite wants it durable, looks at the file, or goes on elsewhere.
// Nothing is lost by that: with `synchronous=FULL` a transaction becomes valid, for this connection and all others, only
// after the log was synced. An error of the disk therefore comes with Sync, and SQLite rolls back as it does for one of a
// write.
//
// One thing comes after: SQLite pads a transaction with copies of its last frame to the end of a sector of the disk, syncs
// there, in the middle of a copy, writes the rest of it, and only then shows the transaction to others, who may read that
// copy. So the rest of a frame that a sync has cut is not held back.
//
// Source: SQLite 3.53, wal.c, walWriteToLog and sqlite3WalFrames.

const (
	logHeader   = 32
	frameHeader = 24
)

// log knows where the frames of a write-ahead log begin.
type log struct {
	frame   int64 // length of a frame with its header; 0: not known
	end     int64 // where the last write ended
	through int64 // up to here writes are not held back
}

// holdsBack tells whether a write that was just put into the file's run may stay there.
func (l *log) holdsBack(f *file, p []byte, offset int64) bool {
	if offset != l.end {
		l.through = 0 // it begins again, or was opened just now
	}
	l.end = offset + int64(len(p))
	switch {
	case offset == 0 && len(p) == logHeader:
		l.frame = frameSize(p)
	case l.frame == 0:
		header, err := f.sector(0, logHeader)
		if err != nil {
			return false
		}
		l.frame = frameSize(*header)
		f.of.giveBack(header)
	}
	return l.frame != 0 && offset >= l.through
}

// synced is told of a sync: the frame that it has cut goes through.
func (l *log) synced() {
	if l.frame == 0 {
		return
	}
	frames := (l.end - logHeader + l.frame - 1) / l.frame
	l.through = logHeader + frames*l.frame
}

// frameSize reads a log's header. 0 where it is none.
func frameSize(header []byte) int64 {
	page := int64(binary.BigEndian.Uint32(header[8:12]))
	if page < 512 || page > 65536 || page&(page-1) != 0 {
		return 0
	}
	return page + frameHeader
}
