package session

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow/store"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
	"holdfast/engine/internal/vault"
)

// credentials carries out what is about a session file and not about a connection. It does not block.
func (r *Registry) credentials(command any, reply func(*pb.Result)) {
	go func() {
		defer r.contain("session.credentials_panicked", func() { reply(failure(pb.ErrorCode_PANICKED, "contained in the engine")) })
		r.deps.opens <- struct{}{}
		defer func() { <-r.deps.opens }()
		ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
		defer cancel()
		switch c := command.(type) {
		case *pb.Command_Inspect:
			reply(r.inspect(ctx, c.Inspect))
		case *pb.Command_Snapshot:
			reply(r.snapshot(ctx, c.Snapshot))
		case *pb.Command_Restore:
			reply(r.restore(ctx, c.Restore))
		case *pb.Command_ImportDevice:
			reply(r.importDevice(ctx, c.ImportDevice))
		case *pb.Command_ExportDevice:
			reply(r.exportDevice(ctx, c.ExportDevice))
		case *pb.Command_Discard:
			reply(r.discard(c.Discard))
		case *pb.Command_BringBack:
			reply(r.bringBack(c.BringBack))
		}
	}()
}

// flaws are the vault's findings in the protocol's words.
func flaws() map[vault.Flaw]pb.FindingKind {
	return map[vault.Flaw]pb.FindingKind{
		vault.FolderWithoutFile: pb.FindingKind_FOLDER_WITHOUT_FILE, vault.KeyDoesNotOpen: pb.FindingKind_KEY_DOES_NOT_OPEN,
		vault.FileDamaged: pb.FindingKind_FILE_DAMAGED, vault.DeviceMissing: pb.FindingKind_DEVICE_MISSING,
		vault.KeyMalformed: pb.FindingKind_KEY_MALFORMED, vault.SignedPreKeyUnsigned: pb.FindingKind_SIGNED_PRE_KEY_UNSIGNED,
		vault.AccountUnsigned: pb.FindingKind_ACCOUNT_UNSIGNED, vault.DeviceUnsigned: pb.FindingKind_DEVICE_UNSIGNED,
		vault.AppStateKeysMissing: pb.FindingKind_APP_STATE_KEYS_MISSING, vault.SchemaUnknown: pb.FindingKind_SCHEMA_UNKNOWN,
	}
}

func (r *Registry) inspect(ctx context.Context, c *pb.Inspect) *pb.Result {
	path, err := r.databaseAt(c)
	if errors.Is(err, vault.ErrNoFile) {
		return inspected(&vault.Inspection{Findings: []vault.Finding{{Flaw: vault.FolderWithoutFile}}})
	}
	if errors.Is(err, vault.ErrCorrupt) {
		return inspected(&vault.Inspection{Findings: []vault.Finding{{Flaw: vault.FileDamaged, Detail: "it is empty"}}})
	}
	if err != nil {
		return failed(err)
	}
	var seen *vault.Inspection
	if c.Place == pb.Place_QUARANTINE || c.Place == pb.Place_SNAPSHOTS {
		seen, err = vault.Inspect(ctx, path, c.Key)
	} else {
		seen, err = r.deps.Folders.Inspect(ctx, c.Folder, c.Key)
	}
	if err != nil {
		return failed(err)
	}
	return inspected(seen)
}

func (r *Registry) databaseAt(c *pb.Inspect) (string, error) {
	switch c.Place {
	case pb.Place_QUARANTINE:
		return r.deps.Folders.QuarantineDatabase(c.Folder)
	case pb.Place_SNAPSHOTS:
		folder, name, _ := strings.Cut(c.Folder, "/")
		return r.deps.Folders.SnapshotDatabase(folder, name)
	case pb.Place_PLACE_UNSPECIFIED, pb.Place_SESSIONS:
		return r.deps.Folders.Database(c.Folder)
	default:
		return "", fmt.Errorf("%w: unknown place", vault.ErrArgument)
	}
}

func inspected(seen *vault.Inspection) *pb.Result {
	result := &pb.InspectResult{Device: described(seen.Device), Digest: seen.Digest}
	for _, finding := range seen.Findings {
		result.Findings = append(result.Findings, &pb.Finding{Kind: flaws()[finding.Flaw], Detail: oneLine(finding.Detail)})
	}
	return &pb.Result{Result: &pb.Result_Inspect{Inspect: result}}
}

func described(device *store.Device) *pb.OpenResult {
	if device == nil {
		return nil
	}
	return opened(device)
}

func (r *Registry) snapshot(ctx context.Context, c *pb.Snapshot) *pb.Result {
	under := vault.NewKey{Key: c.SnapshotKey, Wrapped: c.WrappedKey}
	made, err := r.deps.Folders.Snapshot(ctx, c.Folder, c.Key, c.Name, under, c.Unless)
	if err != nil {
		return failed(err)
	}
	return &pb.Result{Result: &pb.Result_Snapshot{Snapshot: &pb.SnapshotResult{SizeBytes: made.Bytes, Digest: made.Digest}}}
}

func (r *Registry) discard(c *pb.Discard) *pb.Result {
	var err error
	switch c.Place {
	case pb.Place_QUARANTINE:
		err = r.deps.Folders.DiscardQuarantined(c.Folder)
	case pb.Place_SNAPSHOTS:
		number, name, _ := strings.Cut(c.Folder, "/")
		err = r.deps.Folders.DiscardSnapshot(number, name)
	default:
		return failure(pb.ErrorCode_INVALID_ARGUMENT, "nothing is deleted there")
	}
	if err != nil {
		return failed(err)
	}
	r.deps.Log.Info("session.discarded", "place", c.Place.String(), "folder", c.Folder)
	return &pb.Result{}
}

func (r *Registry) bringBack(c *pb.BringBack) *pb.Result {
	if err := r.deps.Folders.BringBack(c.Folder, c.Target); err != nil {
		return failed(err)
	}
	r.deps.Log.Info("session.brought_back", "folder", c.Target, "from", c.Folder)
	return &pb.Result{}
}

func (r *Registry) restore(ctx context.Context, c *pb.Restore) *pb.Result {
	under := vault.NewKey{Key: c.Key, Wrapped: c.WrappedKey}
	made, err := r.deps.Folders.Restore(ctx, c.Folder, c.Name, c.SnapshotKey, c.Target, under)
	if err != nil {
		return failed(err)
	}
	r.deps.Log.Info("session.restored", "folder", c.Target, "snapshot", c.Name)
	return &pb.Result{Result: &pb.Result_Restore{Restore: &pb.RestoreResult{Device: described(made.Device)}}}
}

func (r *Registry) importDevice(ctx context.Context, c *pb.ImportDevice) *pb.Result {
	under := vault.NewKey{Key: c.Key, Wrapped: c.WrappedKey}
	made, folder, err := r.deps.Folders.Import(ctx, c.Database, c.Jid, c.Target, under)
	if errors.Is(err, vault.ErrNoDevice) {
		return failure(pb.ErrorCode_NOT_FOUND, oneLine(err.Error()))
	}
	if err != nil {
		return failed(err)
	}
	r.deps.Log.Info("session.imported", "folder", folder)
	return &pb.Result{Result: &pb.Result_ImportDevice{ImportDevice: &pb.ImportDeviceResult{Device: described(made.Device), Folder: folder}}}
}

func (r *Registry) exportDevice(ctx context.Context, c *pb.ExportDevice) *pb.Result {
	if err := r.deps.Folders.Export(ctx, c.Folder, c.Key, c.Database); err != nil {
		return failed(err)
	}
	r.deps.Log.Info("session.exported", "folder", c.Folder)
	return &pb.Result{}
}

// unlink connects a device of quarantine/ once, says goodbye and lets go of it. Nobody hears of this connection.
func (s *Session) unlink(c *pb.Unlink, reply func(*pb.Result)) {
	if s.file != nil {
		reply(failure(pb.ErrorCode_BUSY, "this session id is in use"))
		return
	}
	conn, err := s.reachQuarantined(c)
	if err != nil {
		s.closeFile()
		reply(failed(err))
		return
	}
	go func() {
		result := failure(pb.ErrorCode_PANICKED, "contained in the engine")
		defer func() {
			s.enqueue(func() {
				s.release()
				s.unheard.Store(false)
				reply(result)
			})
		}()
		defer conn.contain("session.unlink_panicked")
		result = conn.farewell()
	}()
}

func (s *Session) reachQuarantined(c *pb.Unlink) (*Connection, error) {
	path, err := s.deps.Folders.QuarantineDatabase(c.Folder)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	if s.file, err = vault.OpenFile(ctx, path, c.Key); err != nil {
		return nil, err
	}
	watch := &vault.Watch{}
	device, err := s.file.LoadDevice(ctx, watch)
	if err != nil {
		return nil, err
	}
	s.unheard.Store(true)
	conn := newConnection(s, s.lastEpoch()+1, watch)
	conn.attach(device)
	s.start(conn)
	return conn, nil
}

// farewell waits for the login and tells WhatsApp that this companion unlinks. That WhatsApp has removed it before is as
// good.
func (c *Connection) farewell() *pb.Result {
	said := make(chan *pb.Result, 1)
	select {
	case <-c.online:
		c.logout(func(result *pb.Result) { said <- result })
	case <-c.ended:
		said <- failure(pb.ErrorCode_NOT_CONNECTED, "the connection ended")
	}
	result := <-said
	if result.Error.GetCode() == pb.ErrorCode_REJECTED {
		c.end(translate.Ending{Reason: pb.Reason_REQUESTED, Detail: "unlink refused"})
		return result
	}
	if result.Error != nil {
		<-c.done // whatever explains the end has been heard by then
	}
	ending := c.worst()
	switch {
	case result.Error == nil:
		return &pb.Result{Result: &pb.Result_Unlink{Unlink: &pb.UnlinkResult{}}}
	case ending.Reason == pb.Reason_LOGGED_OUT:
		return &pb.Result{Result: &pb.Result_Unlink{Unlink: &pb.UnlinkResult{Already: true}}}
	default:
		refused := failure(pb.ErrorCode_NOT_CONNECTED, oneLine(ending.Detail))
		refused.Error.WhatsappCode = ending.Code
		return refused
	}
}
