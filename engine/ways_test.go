package main

import (
	"encoding/json"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/types"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
)

// linkingScene is a simulator and an engine with nothing linked.
func linkingScene(t *testing.T) (*labtest.Simulator, *gatewayDouble) {
	t.Helper()
	sim, dir := labtest.Start(t), t.TempDir()
	startEngine(t, dir, "--lab", sim.Trust)
	return sim, dial(t, dir)
}

func pairPhone(phone string) *pb.Command {
	return &pb.Command{Command: &pb.Command_PairPhone{PairPhone: &pb.PairPhone{Phone: phone, Notify: true}}}
}

func isSuccess(f *pb.SessionFact) bool { return f.GetPairSuccess() != nil }

func TestLinkingByACodeThatIsTypedOnThePhone(t *testing.T) {
	t.Parallel()
	sim, g := linkingScene(t)
	own := sim.Phone("own")
	if result := g.ask("s1", pairPhone(own.Number)); result.GetError().GetCode() != pb.ErrorCode_NOT_CONNECTED {
		t.Errorf("without pairing: %v", result)
	}
	g.must("s1", pairCommand(1))
	for _, wrong := range []string{"", "+4915", "12", "0151234567"} {
		if result := g.ask("s1", pairPhone(wrong)); result.GetError().GetCode() != pb.ErrorCode_INVALID_ARGUMENT {
			t.Errorf("%q: %v", wrong, result)
		}
	}
	g.must("s1", pairPhone(own.Number))
	shown := g.fact("a code", 1, func(f *pb.SessionFact) bool { return f.GetPairPhoneCode() != nil })
	code := shown.GetPairPhoneCode()
	if len(code.Code) != 9 || code.Code[4] != '-' || code.ValidUntilMs < shown.AtMs+100_000 {
		t.Errorf("code %v", code)
	}
	sim.Must("POST", "/admin/phones/"+own.Number+"/link-code", map[string]string{"code": strings.Replace(code.Code, "-", "", 1)}, nil)
	if success := g.fact("success", 1, isSuccess).GetPairSuccess(); !strings.HasPrefix(success.Jid, own.Number+":") {
		t.Errorf("linked as %v", success)
	}
	g.must("s1", &pb.Command{Command: &pb.Command_Adopt{Adopt: &pb.Adopt{Folder: own.Number}}})
	g.open("s1", own.Number)
	g.connect("s1", 2)
}

func TestAPasskeyIsRelayed(t *testing.T) {
	t.Parallel()
	sim, g := linkingScene(t)
	own := sim.Phone("own")
	sim.Must("POST", "/admin/phones/"+own.Number+"/passkey", map[string]bool{"demanded": true}, nil)
	pair := pairCommand(1)
	pair.GetPair().Passkey = true
	g.must("s1", pair)
	code := g.fact("code", 1, func(f *pb.SessionFact) bool { return f.GetPairCode() != nil }).GetPairCode()
	own.Scan(code.Code)
	request := g.fact("a request", 1, func(f *pb.SessionFact) bool { return f.GetPairPasskeyRequest() != nil }).GetPairPasskeyRequest()
	options := types.WebAuthnPublicKey{}
	if err := json.Unmarshal(request.OptionsJson, &options); err != nil || len(options.Challenge) == 0 || options.RelyingPartID == "" {
		t.Fatalf("options %s, %v", request.OptionsJson, err)
	}
	if result := g.ask("s1", &pb.Command{Command: &pb.Command_PasskeyResponse{PasskeyResponse: &pb.PasskeyResponse{ResponseJson: []byte("{}")}}}); result.GetError().GetCode() != pb.ErrorCode_INVALID_ARGUMENT {
		t.Errorf("an answer of nobody: %v", result)
	}
	var assertion json.RawMessage
	sim.Must("POST", "/admin/phones/"+own.Number+"/passkey/assert", map[string][]byte{"challenge_base64": options.Challenge}, &assertion)
	g.must("s1", &pb.Command{Command: &pb.Command_PasskeyResponse{PasskeyResponse: &pb.PasskeyResponse{ResponseJson: assertion}}})
	// The engine has proven to know the scanned code: nobody has to compare anything.
	if success := g.fact("success", 1, isSuccess).GetPairSuccess(); !strings.HasPrefix(success.Jid, own.Number+":") {
		t.Errorf("linked as %v", success)
	}
}

// A gateway that cannot ask for a passkey hears why the phone is not linked.
func TestAPasskeyThatNobodyCanGive(t *testing.T) {
	t.Parallel()
	sim, g := linkingScene(t)
	own := sim.Phone("own")
	sim.Must("POST", "/admin/phones/"+own.Number+"/passkey", map[string]bool{"demanded": true}, nil)
	g.must("s1", pairCommand(1))
	code := g.fact("code", 1, func(f *pb.SessionFact) bool { return f.GetPairCode() != nil }).GetPairCode()
	own.Scan(code.Code)
	failed := g.fact("failed", 1, func(f *pb.SessionFact) bool { return f.GetPairFailed() != nil }).GetPairFailed()
	if failed.Reason != pb.PairFailure_PAIR_PASSKEY_NEEDED {
		t.Errorf("failed: %v", failed)
	}
}
