package session

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
	"holdfast/engine/internal/vault"
)

// Registry holds every session of this engine and routes commands to them.
type Registry struct {
	deps *Deps

	lock     sync.Mutex
	sessions map[string]*Session
	holders  map[string]*Session // by folder
}

// NewRegistry returns a registry without sessions.
func NewRegistry(deps Deps) *Registry {
	deps.table = translate.NewDispositions()
	deps.opens = make(chan struct{}, parallelOpens)
	deps.dials = make(chan struct{}, parallelDials)
	deps.transfers = make(chan struct{}, parallelTransfers)
	deps.order = &order{}
	return &Registry{deps: &deps, sessions: map[string]*Session{}, holders: map[string]*Session{}}
}

// Command carries a command out and calls reply exactly once, from any goroutine. It does not block.
func (r *Registry) Command(command *pb.Command, reply func(*pb.Result)) {
	switch c := command.Command.(type) {
	case *pb.Command_List:
		reply(&pb.Result{Result: &pb.Result_List{List: &pb.ListResult{Levels: r.levels()}}})
	case *pb.Command_Scan:
		go r.scan(c.Scan.Place, reply)
	case *pb.Command_Scout:
		go r.scout(reply)
	case *pb.Command_Inspect, *pb.Command_Snapshot, *pb.Command_Restore, *pb.Command_ImportDevice, *pb.Command_Discard,
		*pb.Command_BringBack, *pb.Command_ExportDevice:
		r.credentials(c, reply)
	case nil:
		reply(failure(pb.ErrorCode_UNKNOWN_COMMAND, "this engine does not know the command"))
	default:
		if err := vault.CheckName(command.SessionId); err != nil || strings.HasPrefix(command.SessionId, ".") {
			reply(failure(pb.ErrorCode_INVALID_ARGUMENT, "session_id is not a name"))
			return
		}
		s := r.session(command.SessionId)
		s.enqueue(func() { s.execute(c, reply) })
	}
}

func (r *Registry) scan(place pb.Place, reply func(*pb.Result)) {
	defer r.contain("session.scan_panicked", func() { reply(failure(pb.ErrorCode_PANICKED, "scan")) })
	entries, err := r.listed(place)
	if err != nil {
		reply(failed(err))
		return
	}
	result := &pb.ScanResult{}
	for _, entry := range entries {
		result.Folders = append(result.Folders, &pb.Folder{
			Name: entry.Name, WrappedKey: entry.WrappedKey, SessionBytes: entry.SessionBytes, Digest: entry.Digest, WrittenMs: entry.WrittenMs,
		})
	}
	reply(&pb.Result{Result: &pb.Result_Scan{Scan: result}})
}

// scoutTimeout is short: another look follows soon, and finds what this one waits for.
const scoutTimeout = 5 * time.Second

func (r *Registry) scout(reply func(*pb.Result)) {
	defer r.contain("session.scout_panicked", func() { reply(failure(pb.ErrorCode_PANICKED, "scout")) })
	ctx, cancel := context.WithTimeout(context.Background(), scoutTimeout)
	defer cancel()
	if err := r.deps.Dialer.Reach(ctx); err != nil {
		reply(failure(pb.ErrorCode_NOT_CONNECTED, oneLine(err.Error())))
		return
	}
	reply(&pb.Result{})
}

func (r *Registry) listed(place pb.Place) ([]vault.Entry, error) {
	switch place {
	case pb.Place_QUARANTINE:
		return r.deps.Folders.ScanQuarantine()
	case pb.Place_SNAPSHOTS:
		return r.deps.Folders.ScanSnapshots()
	default:
		return r.deps.Folders.Scan()
	}
}

func (r *Registry) contain(event string, then func()) {
	if value := recover(); value != nil {
		r.deps.Log.Error(event, "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
		then()
	}
}

func (r *Registry) session(id string) *Session {
	r.lock.Lock()
	defer r.lock.Unlock()
	s := r.sessions[id]
	if s == nil {
		s = &Session{id: id, deps: r.deps, claim: r.claim, moved: r.moved}
		r.sessions[id] = s
	}
	return s
}

// claim tells whether a session may have a folder; false while another holds it.
func (r *Registry) claim(s *Session, folder string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	holder := r.holders[folder]
	return holder == nil || holder == s
}

// moved notes which folder a session holds now; "" stands for none.
func (r *Registry) moved(s *Session, from, to string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.holders[from] == s {
		delete(r.holders, from)
	}
	if to != "" {
		r.holders[to] = s
	}
}

func (r *Registry) all() []*Session {
	r.lock.Lock()
	defer r.lock.Unlock()
	sessions := make([]*Session, 0, len(r.sessions))
	for _, s := range r.sessions {
		sessions = append(sessions, s)
	}
	return sessions
}

// Levels returns the levels of every session held.
func (r *Registry) Levels() *pb.Levels {
	// Counted before anything is looked at: what happens meanwhile has a higher number, and is told again by its fact.
	levels := &pb.Levels{AtMs: time.Now().UnixMilli(), Commits: r.deps.Folders.Commits()}
	r.deps.order.next(func(number uint64) { levels.Sequence = number })
	levels.Sessions = r.levels()
	return levels
}

func (r *Registry) levels() []*pb.Level {
	var levels []*pb.Level
	for _, s := range r.all() {
		if level := s.level(); level != nil {
			levels = append(levels, level)
		}
	}
	slices.SortFunc(levels, func(a, b *pb.Level) int { return strings.Compare(a.SessionId, b.SessionId) })
	return levels
}

// Count returns how many sessions there are, held or not.
func (r *Registry) Count() int {
	r.lock.Lock()
	defer r.lock.Unlock()
	return len(r.sessions)
}

// Park ends every connection without acknowledging anything; files stay open.
func (r *Registry) Park(detail string) {
	for _, s := range r.all() {
		s.endConnection(translate.Ending{Reason: pb.Reason_PARKED, Detail: detail})
	}
}

// Close ends every connection without acknowledging anything and closes every file, until ctx ends.
func (r *Registry) Close(ctx context.Context) error {
	sessions := r.all()
	// All contexts first: no handler may be let go while another connection could still acknowledge.
	for _, s := range sessions {
		s.endConnection(translate.Ending{Reason: pb.Reason_REQUESTED, Detail: "engine stopping"})
	}
	var all sync.WaitGroup
	for _, s := range sessions {
		all.Add(1)
		s.enqueue(func() {
			defer all.Done()
			s.release()
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("sessions did not close in time")
	}
}

// failure makes an error result. The message is one line and holds no secret.
func failure(code pb.ErrorCode, message string) *pb.Result {
	return &pb.Result{Error: &pb.Error{Code: code, Message: message}}
}

// failed makes an error result of a vault's error.
func failed(err error) *pb.Result {
	codes := []struct {
		err  error
		code pb.ErrorCode
	}{
		{vault.ErrArgument, pb.ErrorCode_INVALID_ARGUMENT},
		{vault.ErrMissing, pb.ErrorCode_FOLDER_MISSING},
		{vault.ErrWrongKey, pb.ErrorCode_WRONG_KEY},
		{vault.ErrNoDevice, pb.ErrorCode_FILE_CORRUPT},
		{vault.ErrCorrupt, pb.ErrorCode_FILE_CORRUPT},
		{vault.ErrNewer, pb.ErrorCode_FILE_NEWER},
		{vault.ErrExists, pb.ErrorCode_TARGET_EXISTS},
		{vault.ErrLinked, pb.ErrorCode_BUSY},
	}
	for _, known := range codes {
		if errors.Is(err, known.err) {
			return failure(known.code, oneLine(err.Error()))
		}
	}
	return failure(pb.ErrorCode_STORAGE, oneLine(err.Error()))
}

const longestLine = 240

func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	if len(text) > longestLine {
		text = strings.ToValidUTF8(text[:longestLine], "") + " ..."
	}
	return text
}
