package translate

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

const (
	// The largest message that is handed over whole, as it is encoded: half of what a frame of the link may hold, and more
	// than a hundred times what people write.
	maxMessage = 8 << 20
	// What is kept of a larger one.
	keptOfLarge = 64 << 10
)

// Fit makes a message that no frame would hold into a note of it, with the beginning of its raw bytes; true when it did.
// Refused instead, it would come again at every login, and hold up everything after it.
func Fit(message *pb.Message) bool {
	if proto.Size(message) <= maxMessage {
		return false
	}
	size := len(message.Raw)
	message.Raw = append([]byte(nil), message.Raw[:min(size, keptOfLarge)]...)
	message.QuotedId, message.PushName = shortened(message.QuotedId), shortened(message.PushName)
	message.MessageId = shortened(message.MessageId)
	message.Content = &pb.Message_Untranslatable{Untranslatable: &pb.Untranslatable{
		Reason: fmt.Sprintf("too large to be taken: %d bytes, of which the first %d are kept", size, len(message.Raw)),
	}}
	return true
}

// shortened keeps a name that can be one.
func shortened(name string) string {
	const longest = 1024
	return valid(name[:min(len(name), longest)])
}
