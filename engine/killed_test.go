package main

import (
	"context"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	waLog "go.mau.fi/whatsmeow/util/log"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
)

// kills is how often each work is killed; `make test-kills` says fifty.
func kills(t *testing.T) int {
	t.Helper()
	if wanted := os.Getenv("KILLS"); wanted != "" {
		count, err := strconv.Atoi(wanted)
		if err != nil {
			t.Fatal(err)
		}
		return count
	}
	return 4
}

// An import or an export that is killed has been done or was never begun: the folder or file is whole or not there, what it
// is made of is untouched, and done again it works.
func TestAMoveThatIsKilledIsDoneOrWasNeverBegun(t *testing.T) {
	sim := labtest.Start(t)
	own := sim.Phone("own")
	database := filepath.Join(t.TempDir(), "store.db")
	s := openStock(t, sim, database)
	linkStock(s, own)
	s.Disconnect()
	random := rand.New(rand.NewSource(13))
	for n := range kills(t) {
		dir, exported := t.TempDir(), filepath.Join(t.TempDir(), "out.db")
		bring := func() *pb.Command {
			return &pb.Command{Command: &pb.Command_ImportDevice{ImportDevice: &pb.ImportDevice{
				Database: database, Key: testKey, WrappedKey: []byte("wrapped"),
			}}}
		}
		hand := func() *pb.Command {
			return &pb.Command{Command: &pb.Command_ExportDevice{ExportDevice: &pb.ExportDevice{
				Folder: own.Number, Key: testKey, Database: exported,
			}}}
		}
		killWhile(t, dir, sim, random, bring())
		g, e := again(t, dir, sim)
		if _, err := os.Stat(filepath.Join(dir, "sessions", own.Number)); os.IsNotExist(err) {
			g.must("", bring())
		}
		whole(g, own.Number)
		e.kill()

		killWhile(t, dir, sim, random, hand())
		g, e = again(t, dir, sim)
		whole(g, own.Number)
		if _, err := os.Stat(exported); os.IsNotExist(err) {
			g.must("", hand())
		}
		e.kill()
		if jid := deviceIn(t, exported); jid.User != own.Number {
			t.Errorf("%d: exported %s", n, jid)
		}
		if lies, err := os.ReadDir(filepath.Dir(exported)); err != nil || len(lies) != 1 {
			t.Errorf("%d: left over: %v, %v", n, lies, err)
		}
	}
	if jid := deviceIn(t, database); jid.User != own.Number {
		t.Errorf("the source holds %s", jid)
	}
}

// killWhile kills an engine some time after it was told to do something: before, meanwhile or after.
func killWhile(t *testing.T, dir string, sim *labtest.Simulator, random *rand.Rand, command *pb.Command) {
	t.Helper()
	g, e := again(t, dir, sim)
	g.post("", command)
	// How long it takes differs by machine: a kill at any moment is what is asked for, and none is waited for.
	time.Sleep(time.Duration(random.Int63n(int64(120 * time.Millisecond))))
	e.kill()
}

func again(t *testing.T, dir string, sim *labtest.Simulator) (*gatewayDouble, *engine) {
	t.Helper()
	e := startEngine(t, dir, "--lab", sim.Trust)
	return dial(t, dir), e
}

func whole(g *gatewayDouble, folder string) {
	g.t.Helper()
	seen := g.must("", inspect(pb.Place_SESSIONS, folder, testKey))
	if found := kinds(seen); len(found) != 0 || seen.GetInspect().GetDevice().GetJid() == "" {
		g.t.Errorf("%s is not whole: %v", folder, seen)
	}
}

// deviceIn returns the only device of a plain database that the library reads.
func deviceIn(t *testing.T, database string) types.JID {
	t.Helper()
	ctx := context.Background()
	container, err := sqlstore.New(ctx, "sqlite3", "file:"+database+"?_pragma=foreign_keys(1)", waLog.Noop)
	if err != nil {
		t.Fatal(err)
	}
	defer container.Close() //nolint:errcheck // read only
	devices, err := container.GetAllDevices(ctx)
	if err != nil || len(devices) != 1 {
		t.Fatalf("%d devices, %v", len(devices), err)
	}
	return *devices[0].ID
}
