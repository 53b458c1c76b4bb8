package link

import (
	"bufio"
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

// The golden frames in proto/golden are the wire form of the protocol, held by tests in both languages: each .bin file is
// one whole frame, length included, of the message that the .txtpb file beside it describes. A frame that stops decoding
// is a broken promise to the other side; change none, add new ones: go test ./engine/internal/link -run Golden -write

const goldenFolder = "../../../proto/golden"

var writeGolden = flag.Bool("write", false, "write golden frames that do not exist yet")

func goldenMessage(name string) proto.Message {
	if strings.HasPrefix(name, "down_") {
		return &pb.Down{}
	}
	return &pb.Up{}
}

func TestGoldenFrames(t *testing.T) {
	texts, err := filepath.Glob(filepath.Join(goldenFolder, "*.txtpb"))
	if err != nil || len(texts) < 20 {
		t.Fatalf("golden frames: %d, %v", len(texts), err)
	}
	for _, text := range texts {
		name := strings.TrimSuffix(filepath.Base(text), ".txtpb")
		t.Run(name, func(t *testing.T) {
			described, err := os.ReadFile(text)
			if err != nil {
				t.Fatal(err)
			}
			want := goldenMessage(name)
			if err := prototext.Unmarshal(described, want); err != nil {
				t.Fatal(err)
			}
			binary := filepath.Join(goldenFolder, name+".bin")
			encoded, err := AppendFrame(nil, want)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(binary); os.IsNotExist(err) && *writeGolden {
				if err := os.WriteFile(binary, encoded, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			golden, err := os.ReadFile(binary)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(golden, encoded) {
				t.Error("encodes differently from the golden frame")
			}
			got := goldenMessage(name)
			if err := ReadFrame(bufio.NewReader(bytes.NewReader(golden)), got); err != nil {
				t.Fatal(err)
			}
			if !proto.Equal(got, want) {
				t.Errorf("decodes to %v, described is %v", got, want)
			}
		})
	}
}

// Every command, result, fact, delivery and content kind of the protocol has its golden frame.
func TestGoldenFramesCoverEveryKind(t *testing.T) {
	texts, err := filepath.Glob(filepath.Join(goldenFolder, "*.txtpb"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, text := range texts {
		content, err := os.ReadFile(text)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(content)
	}
	for _, message := range []proto.Message{
		&pb.Command{}, &pb.Result{}, &pb.SessionFact{}, &pb.Delivery{}, &pb.Message{}, &pb.Notice{},
		&pb.Query{}, &pb.QueryResult{}, &pb.Act{}, &pb.ActResult{},
	} {
		oneofs := message.ProtoReflect().Descriptor().Oneofs()
		for i := range oneofs.Len() {
			fields := oneofs.Get(i).Fields()
			for j := range fields.Len() {
				if field := string(fields.Get(j).Name()); !strings.Contains(all.String(), field+" {") {
					t.Errorf("no golden frame holds %s.%s", message.ProtoReflect().Descriptor().Name(), field)
				}
			}
		}
	}
}
