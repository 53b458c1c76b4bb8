package session

import (
	"encoding/json"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	pb "holdfast/engine/enginepb"
)

// The other ways to link beside a QR code: a code typed on the phone, and a passkey that the phone asks for on top.

const (
	// How WhatsApp's own list of linked devices calls a companion that links by code; it takes only names of this form.
	codeClientName = "Chrome (Linux)"
	// What a passkey's answer is bound to is forgotten by then.
	//
	// Source: whatsmeow 35ae40906e74, passkeyHandoffKey.Valid.
	passkeyLife = 5 * time.Minute
)

// pairing runs the work on the connection that pairs, or says that none does.
func (s *Session) pairing(reply func(*pb.Result), then func(*Connection) *pb.Result) {
	conn := s.connection()
	if conn == nil || conn.pair == nil {
		reply(failure(pb.ErrorCode_NOT_CONNECTED, "this session does not pair"))
		return
	}
	conn.background(reply, func() *pb.Result { return then(conn) })
}

// pairPhone asks for a code as soon as the server has said that it is ready, which is when it sends QR codes.
func (c *Connection) pairPhone(command *pb.PairPhone) *pb.Result {
	if command.Phone == "" || strings.Trim(command.Phone, "0123456789") != "" {
		return failure(pb.ErrorCode_INVALID_ARGUMENT, "phone is not a number: digits with country code")
	}
	select {
	case <-c.pair.ready:
	case <-c.ended:
		return failure(pb.ErrorCode_NOT_CONNECTED, oneLine(c.worst().Detail))
	}
	code, err := c.client.PairPhone(c.ctx, command.Phone, command.Notify, whatsmeow.PairClientChrome, codeClientName)
	switch {
	case err == whatsmeow.ErrPhoneNumberTooShort, err == whatsmeow.ErrPhoneNumberIsNotInternational: //nolint:errorlint // sentinels, returned as they are
		return failure(pb.ErrorCode_INVALID_ARGUMENT, oneLine(err.Error()))
	case err != nil:
		return c.explain(err)
	}
	c.session.fact(c.epoch, &pb.SessionFact{Fact: &pb.SessionFact_PairPhoneCode{PairPhoneCode: &pb.PairPhoneCode{
		Code: code, ValidUntilMs: c.pair.until.Load(),
	}}})
	return &pb.Result{}
}

// passkeyResponse hands on what the authenticator said.
func (c *Connection) passkeyResponse(command *pb.PasskeyResponse) *pb.Result {
	response := &types.WebAuthnResponse{}
	if err := json.Unmarshal(command.ResponseJson, response); err != nil || response.ID == "" {
		return failure(pb.ErrorCode_INVALID_ARGUMENT, "response_json is not an answer of the Web Authentication API")
	}
	if err := c.client.SendPasskeyResponse(c.ctx, response); err != nil {
		return c.explain(err)
	}
	return &pb.Result{}
}

func (c *Connection) passkeyConfirm() *pb.Result {
	if err := c.client.SendPasskeyConfirmation(c.ctx); err != nil {
		return c.explain(err)
	}
	return &pb.Result{}
}

// takePasskey relays what the phone wants; a gateway that cannot have it asked for is told that the phone was refused.
func (p *pairing) takePasskey(c *Connection, event any, timer *time.Timer) {
	if !p.passkey {
		p.outcome = pairFailed(pb.PairFailure_PAIR_PASSKEY_NEEDED, "the phone wants a passkey")
		return
	}
	switch e := event.(type) {
	case *events.PairPasskeyRequest:
		options, err := json.Marshal(e.PublicKey)
		if err != nil {
			p.outcome = pairFailed(pb.PairFailure_PAIR_PASSKEY_REFUSED, "the passkey's options cannot be passed on")
			return
		}
		timer.Reset(passkeyLife) // the QR codes are of no use any more
		p.shown = len(p.codes)
		c.session.fact(c.epoch, &pb.SessionFact{Fact: &pb.SessionFact_PairPasskeyRequest{PairPasskeyRequest: &pb.PairPasskeyRequest{
			OptionsJson: options, ValidUntilMs: time.Now().Add(passkeyLife).UnixMilli(),
		}}})
	case *events.PairPasskeyConfirmation:
		if e.SkipHandoffUX {
			go func() {
				defer c.contain("session.passkey_panicked")
				c.passkeyConfirm()
			}()
			return
		}
		c.session.fact(c.epoch, &pb.SessionFact{Fact: &pb.SessionFact_PairPasskeyConfirmation{
			PairPasskeyConfirmation: &pb.PairPasskeyConfirmation{Code: oneLine(e.Code)},
		}})
	case *events.PairPasskeyError:
		p.outcome = pairFailed(pb.PairFailure_PAIR_PASSKEY_REFUSED, e.Error.Error())
	}
}
