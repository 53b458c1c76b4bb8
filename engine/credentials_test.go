package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
)

var otherKey = bytes.Repeat([]byte{8}, 32) //nolint:gochecknoglobals // constant bytes

func inspect(place pb.Place, folder string, key []byte) *pb.Command {
	return &pb.Command{Command: &pb.Command_Inspect{Inspect: &pb.Inspect{Place: place, Folder: folder, Key: key}}}
}

func quarantine(folder, target string) *pb.Command {
	return &pb.Command{Command: &pb.Command_Quarantine{Quarantine: &pb.Quarantine{Folder: folder, Target: target}}}
}

func unlink(folder string) *pb.Command {
	return &pb.Command{Command: &pb.Command_Unlink{Unlink: &pb.Unlink{Folder: folder, Key: testKey}}}
}

func kinds(result *pb.Result) []pb.FindingKind {
	var found []pb.FindingKind
	for _, finding := range result.GetInspect().GetFindings() {
		found = append(found, finding.Kind)
	}
	return found
}

// A snapshot of a connected session brings the number back without a code when its folder is lost.
func TestASnapshotBringsANumberBack(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	l.friend.Say(l.own.Number, "before")
	l.g.message("before")
	l.g.fact("that credentials changed", 2, func(f *pb.SessionFact) bool { return f.GetCredentialsChanged() != nil })
	take := func(name string) *pb.Result {
		return l.g.ask("", &pb.Command{Command: &pb.Command_Snapshot{Snapshot: &pb.Snapshot{
			Folder: l.own.Number, Key: testKey, Name: name, SnapshotKey: otherKey, WrappedKey: []byte("wrapped other"),
		}}})
	}
	if result := take("first"); result.GetSnapshot().GetSizeBytes() == 0 {
		t.Fatalf("snapshot: %v", result)
	}
	if result := take("first"); result.GetError().GetCode() != pb.ErrorCode_TARGET_EXISTS {
		t.Errorf("the same name again: %v", result)
	}
	if result := take("../first"); result.GetError().GetCode() != pb.ErrorCode_INVALID_ARGUMENT {
		t.Errorf("outside: %v", result)
	}
	if result := l.g.must("", inspect(pb.Place_SNAPSHOTS, l.own.Number+"/first", otherKey)); len(kinds(result)) != 0 || result.GetInspect().Device.Jid == "" {
		t.Errorf("the snapshot: %v", result)
	}
	wrapped, err := os.ReadFile(filepath.Join(l.dir, "snapshots", l.own.Number, "first", "session.key"))
	if err != nil || string(wrapped) != "wrapped other" {
		t.Errorf("its key: %q, %v", wrapped, err)
	}

	l.g.must("s1", quarantine(l.own.Number, l.own.Number+"-lost"))
	restore := &pb.Command{Command: &pb.Command_Restore{Restore: &pb.Restore{
		Folder: l.own.Number, Name: "first", SnapshotKey: otherKey, Target: l.own.Number, Key: testKey, WrappedKey: []byte("wrapped"),
	}}}
	if result := l.g.must("", restore).GetRestore(); result.Device.GetJid() == "" {
		t.Errorf("restored: %v", result)
	}
	if result := l.g.ask("", restore); result.GetError().GetCode() != pb.ErrorCode_TARGET_EXISTS {
		t.Errorf("again: %v", result)
	}
	if result := l.g.must("", inspect(pb.Place_SESSIONS, l.own.Number, testKey)); len(kinds(result)) != 0 {
		t.Errorf("restored: %v", result)
	}
	l.g.open("s1", l.own.Number)
	l.g.connect("s1", 3)
	l.friend.Say(l.own.Number, "after")
	l.g.message("after")
	l.g.must("s1", sendText("3EB0BACC01", l.friend.Number+"@s.whatsapp.net", "and back"))
	if inbox := l.friend.Inbox(1); inbox[0].Text != "and back" {
		t.Errorf("inbox: %v", inbox)
	}
	if account := l.own.Account(); account.Registrations != 1 || len(account.Companions) != 1 {
		t.Errorf("linked again: %+v", account)
	}
	if left, _ := filepath.Glob(filepath.Join(l.dir, "snapshots", ".half-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestWhatAnInspectionFinds(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	folder := l.own.Number
	expect := func(what string, command *pb.Command, want ...pb.FindingKind) {
		t.Helper()
		if got := kinds(l.g.must("", command)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	expect("a connected session", inspect(pb.Place_SESSIONS, folder, testKey))
	l.friend.Say(l.own.Number, "it goes on")
	l.g.message("it goes on")
	l.g.must("s1", &pb.Command{Command: &pb.Command_Close{Close: &pb.Close{}}})
	expect("a closed one", inspect(pb.Place_SESSIONS, folder, testKey))
	expect("another key", inspect(pb.Place_SESSIONS, folder, otherKey), pb.FindingKind_KEY_DOES_NOT_OPEN)
	if result := l.g.ask("", inspect(pb.Place_SESSIONS, "4915999999999", testKey)); result.GetError().GetCode() != pb.ErrorCode_FOLDER_MISSING {
		t.Errorf("no folder: %v", result)
	}
	for _, wrong := range []string{"../x", "x/y", ""} {
		if result := l.g.ask("", inspect(pb.Place_SESSIONS, wrong, testKey)); result.GetError().GetCode() != pb.ErrorCode_INVALID_ARGUMENT {
			t.Errorf("%q: %v", wrong, result)
		}
	}
	if err := os.Mkdir(filepath.Join(l.dir, "sessions", "4915000000009"), 0o700); err != nil {
		t.Fatal(err)
	}
	expect("an empty folder", inspect(pb.Place_SESSIONS, "4915000000009", testKey), pb.FindingKind_FOLDER_WITHOUT_FILE)

	l.g.must("s1", quarantine(folder, folder+"-1"))
	expect("in quarantine", inspect(pb.Place_QUARANTINE, folder+"-1", testKey))
	database := filepath.Join(l.dir, "quarantine", folder+"-1", "session.db")
	content, err := os.ReadFile(database)
	if err != nil {
		t.Fatal(err)
	}
	for page := 4096; page < len(content); page += 4096 { // everything but the first page
		content[page] ^= 0xff
	}
	if err := os.WriteFile(database, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if found := kinds(l.g.must("", inspect(pb.Place_QUARANTINE, folder+"-1", testKey))); !slices.Contains(found, pb.FindingKind_FILE_DAMAGED) {
		t.Errorf("damaged: %v", found)
	}
}

// What was put away by mistake comes back, with what was saved of it; what is kept no longer goes.
func TestOutOfQuarantineAndAway(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	number := l.own.Number
	l.g.must("", &pb.Command{Command: &pb.Command_Snapshot{Snapshot: &pb.Snapshot{
		Folder: number, Key: testKey, Name: "first", SnapshotKey: otherKey, WrappedKey: []byte("wrapped other"),
	}}})
	folders := func(place pb.Place) []string {
		var found []string
		for _, folder := range l.g.must("", &pb.Command{Command: &pb.Command_Scan{Scan: &pb.Scan{Place: place}}}).GetScan().Folders {
			found = append(found, folder.Name)
		}
		return found
	}
	if got := folders(pb.Place_SNAPSHOTS); !slices.Equal(got, []string{number + "/first"}) {
		t.Errorf("snapshots: %v", got)
	}
	away := quarantine(number, "away")
	away.GetQuarantine().WithSnapshots = true
	l.g.must("s1", away)
	if got := folders(pb.Place_SNAPSHOTS); len(got) != 0 {
		t.Errorf("snapshots: %v", got)
	}
	if got := folders(pb.Place_QUARANTINE); !slices.Equal(got, []string{"away"}) {
		t.Errorf("quarantine: %v", got)
	}
	back := &pb.Command{Command: &pb.Command_BringBack{BringBack: &pb.BringBack{Folder: "away", Target: number}}}
	l.g.must("", back)
	if result := l.g.ask("", back); result.GetError().GetCode() != pb.ErrorCode_TARGET_EXISTS {
		t.Errorf("again: %v", result)
	}
	l.g.open("s1", number)
	l.g.connect("s1", 3)
	l.friend.Say(l.own.Number, "after")
	l.g.message("after")
	discard := func(place pb.Place, folder string) *pb.Command {
		return &pb.Command{Command: &pb.Command_Discard{Discard: &pb.Discard{Place: place, Folder: folder}}}
	}
	if result := l.g.ask("", discard(pb.Place_SESSIONS, number)); result.GetError().GetCode() != pb.ErrorCode_INVALID_ARGUMENT {
		t.Errorf("a session: %v", result)
	}
	l.g.must("", discard(pb.Place_SNAPSHOTS, number+"/first"))
	if got := folders(pb.Place_SNAPSHOTS); len(got) != 0 {
		t.Errorf("snapshots: %v", got)
	}
	if result := l.g.ask("", discard(pb.Place_QUARANTINE, "away")); result.GetError().GetCode() != pb.ErrorCode_FOLDER_MISSING {
		t.Errorf("what is gone: %v", result)
	}
}

// A companion that was put away can still be taken off the phone, once; nobody hears of the connection that does it.
func TestACompanionInQuarantineIsUnlinked(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	l.g.must("s1", quarantine(l.own.Number, "gone"))
	l.friend.Say(l.own.Number, "for nobody")
	before := len(l.g.allFacts())
	if result := l.g.must("u1", unlink("gone")); result.GetUnlink().Already {
		t.Errorf("unlinked: %v", result)
	}
	labtest.Eventually(t, "unlinked", func() bool { return len(l.own.Account().Companions) == 0 })
	if result := l.g.must("u1", unlink("gone")); !result.GetUnlink().Already {
		t.Errorf("again: %v", result)
	}
	for _, d := range l.g.snapshot() {
		if d.SessionId == "u1" {
			t.Errorf("delivered: %v", d)
		}
	}
	if facts := l.g.allFacts()[before:]; len(facts) != 0 {
		t.Errorf("told: %v", facts)
	}
	if result := l.g.ask("u1", unlink("never")); result.GetError().GetCode() != pb.ErrorCode_FOLDER_MISSING {
		t.Errorf("no folder: %v", result)
	}
	for _, name := range []string{"session.db", "session.key"} {
		if _, err := os.Stat(filepath.Join(l.dir, "quarantine", "gone", name)); err != nil {
			t.Error(err)
		}
	}
}

func TestUnlinkingWithoutANetworkIsRepeatedLater(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.must("s1", quarantine(l.own.Number, "gone"))
	l.sim.Must("POST", "/admin/faults", map[string]any{"name": "server-restart", "args": map[string]any{"down_ms": 3_600_000}}, nil)
	if result := l.g.ask("u1", unlink("gone")); result.GetError().GetCode() != pb.ErrorCode_NOT_CONNECTED {
		t.Errorf("no server: %v", result)
	}
	l.sim.Must("DELETE", "/admin/faults", nil, nil)
	labtest.Eventually(t, "unlinked when the server is back", func() bool {
		return l.g.ask("u1", unlink("gone")).GetUnlink() != nil
	})
	if companions := l.own.Account().Companions; len(companions) != 0 {
		t.Errorf("still linked: %v", fmt.Sprint(companions))
	}
}
