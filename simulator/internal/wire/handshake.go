package wire

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// ErrHandshake means the peer did not complete a Noise handshake; the connection is useless.
var ErrHandshake = errors.New("noise handshake failed")

// Hello is what a client has proven and said by the end of the handshake.
type Hello struct {
	// Pattern is "XX", "IK" or "XXfallback".
	Pattern string
	// Static is the client's Noise key: its only credential at login.
	Static [32]byte
	// Payload is registration or login data, not yet judged.
	Payload *waWa6.ClientPayload
}

type transportKeys struct{ fromClient, toClient cipher.AEAD }

// respond plays the server's side of XX, IK or XXfallback over the frame stream.
func respond(ctx context.Context, frames *frameStream, secrets authority, ephemeral *keys.KeyPair) (*Hello, *transportKeys, error) {
	first, err := frames.readHandshake(ctx)
	if err != nil {
		return nil, nil, err
	}
	hello := first.GetClientHello()
	theirs, err := point(hello.GetEphemeral())
	if err != nil {
		return nil, nil, err
	}
	if len(hello.GetStatic()) == 0 {
		return respondXX(ctx, frames, secrets, ephemeral, theirs, patternXX)
	}
	result, transport, err := respondIK(ctx, frames, secrets, ephemeral, theirs, hello)
	if errors.Is(err, ErrHandshake) {
		// The client knew another static key: offer the full exchange, as the real service does.
		return respondXX(ctx, frames, secrets, ephemeral, theirs, patternFallback)
	}
	return result, transport, err
}

func respondXX(
	ctx context.Context, frames *frameStream, secrets authority, ephemeral *keys.KeyPair, theirs *[32]byte, pattern string,
) (*Hello, *transportKeys, error) {
	state := newSymmetric(pattern, socket.WAConnHeader)
	state.mixHash(theirs[:])
	state.mixHash(ephemeral.Pub[:])
	if err := state.mixKey(ephemeral.Priv, theirs); err != nil {
		return nil, nil, err
	}
	static := state.encrypt(secrets.Static().Pub[:])
	if err := state.mixKey(secrets.Static().Priv, theirs); err != nil {
		return nil, nil, err
	}
	err := frames.writeHandshake(ctx, &waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{
		Ephemeral: ephemeral.Pub[:], Static: static, Payload: state.encrypt(secrets.Chain()),
	}})
	if err != nil {
		return nil, nil, err
	}
	second, err := frames.readHandshake(ctx)
	if err != nil {
		return nil, nil, err
	}
	clientStatic, err := state.decrypt(second.GetClientFinish().GetStatic())
	if err != nil {
		return nil, nil, err
	}
	clientPoint, err := point(clientStatic)
	if err != nil {
		return nil, nil, err
	}
	if err = state.mixKey(ephemeral.Priv, clientPoint); err != nil {
		return nil, nil, err
	}
	name := "XX"
	if pattern == patternFallback {
		name = "XXfallback"
	}
	return finish(state, name, clientPoint, second.GetClientFinish().GetPayload())
}

func respondIK(
	ctx context.Context, frames *frameStream, secrets authority, ephemeral *keys.KeyPair, theirs *[32]byte,
	hello *waWa6.HandshakeMessage_ClientHello,
) (*Hello, *transportKeys, error) {
	state := newSymmetric(patternIK, socket.WAConnHeader)
	state.mixHash(secrets.Static().Pub[:])
	state.mixHash(theirs[:])
	if err := state.mixKey(secrets.Static().Priv, theirs); err != nil {
		return nil, nil, err
	}
	clientStatic, err := state.decrypt(hello.GetStatic())
	if err != nil {
		return nil, nil, err
	}
	clientPoint, err := point(clientStatic)
	if err != nil {
		return nil, nil, err
	}
	if err = state.mixKey(secrets.Static().Priv, clientPoint); err != nil {
		return nil, nil, err
	}
	payload, err := state.decrypt(hello.GetPayload())
	if err != nil {
		return nil, nil, err
	}
	state.mixHash(ephemeral.Pub[:])
	if err = state.mixKey(ephemeral.Priv, theirs); err != nil {
		return nil, nil, err
	}
	if err = state.mixKey(ephemeral.Priv, clientPoint); err != nil {
		return nil, nil, err
	}
	err = frames.writeHandshake(ctx, &waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{
		Ephemeral: ephemeral.Pub[:], Payload: state.encrypt(secrets.Chain()),
	}})
	if err != nil {
		return nil, nil, fmt.Errorf("noise: answering IK: %w", err)
	}
	return conclude(state, "IK", clientPoint, payload)
}

func finish(state *symmetric, pattern string, static *[32]byte, sealed []byte) (*Hello, *transportKeys, error) {
	payload, err := state.decrypt(sealed)
	if err != nil {
		return nil, nil, err
	}
	return conclude(state, pattern, static, payload)
}

func conclude(state *symmetric, pattern string, static *[32]byte, payload []byte) (*Hello, *transportKeys, error) {
	fromClient, toClient, err := state.split()
	if err != nil {
		return nil, nil, err
	}
	hello := &Hello{Pattern: pattern, Static: *static, Payload: &waWa6.ClientPayload{}}
	if err = proto.Unmarshal(payload, hello.Payload); err != nil {
		return nil, nil, fmt.Errorf("%w: client payload: %w", ErrHandshake, err)
	}
	return hello, &transportKeys{fromClient: fromClient, toClient: toClient}, nil
}
