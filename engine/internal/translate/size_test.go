package translate

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

func TestAMessageThatNoFrameHoldsIsSetAside(t *testing.T) {
	small := &pb.Message{MessageId: "A", Raw: make([]byte, 3<<20), Content: &pb.Message_Text{Text: &pb.Text{Body: strings.Repeat("y", 3<<20)}}}
	if Fit(small) || small.GetText() == nil {
		t.Error("a message that fits was changed")
	}
	large := &pb.Message{
		MessageId: "A", Raw: make([]byte, 9<<20), PushName: strings.Repeat("n", 9<<20), QuotedId: strings.Repeat("\u00e9", 4<<20),
		Content: &pb.Message_Text{Text: &pb.Text{Body: strings.Repeat("y", 9<<20)}},
	}
	if !Fit(large) || large.GetUntranslatable() == nil || large.MessageId != "A" {
		t.Errorf("not set aside: %v", large.GetUntranslatable())
	}
	if !strings.Contains(large.GetUntranslatable().GetReason(), "9437184 bytes") || len(large.Raw) != keptOfLarge {
		t.Errorf("reason %q, %d bytes kept", large.GetUntranslatable().GetReason(), len(large.Raw))
	}
	if _, err := proto.Marshal(large); err != nil || proto.Size(large) > 2*keptOfLarge {
		t.Errorf("%d bytes, %v", proto.Size(large), err)
	}
}
