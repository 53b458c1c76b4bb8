package translate

import (
	"reflect"

	"go.mau.fi/whatsmeow/types/events"
)

// Disposition is what becomes of a kind of event.
type Disposition int

const (
	// Unknown events are logged and counted as handled.
	Unknown Disposition = iota
	// Ignored events mean nothing to the gateway; the library has done what there was to do.
	Ignored
	// Delivery events are handed over and wait for confirmation.
	Delivery
	// Ends events are reasons why a connection ends.
	Ends
	// Pairing events belong to the linking of a new device.
	Pairing
	// Fact events change what is known of a session.
	Fact
	// Answer events belong to a command that waits for them.
	Answer
)

// dispositions lists every event of the library by a value of it. The test compares it with the library's source.
func dispositions() map[Disposition][]any {
	return map[Disposition][]any{
		Delivery: {
			&events.Message{}, &events.UndecryptableMessage{}, &events.Receipt{}, &events.FBMessage{},
			// Notices.
			&events.GroupInfo{}, &events.JoinedGroup{}, &events.IdentityChange{}, &events.Picture{}, &events.UserAbout{},
			&events.Contact{}, &events.CallOffer{}, &events.CallOfferNotice{}, &events.CallAccept{}, &events.CallReject{},
			&events.CallTerminate{}, &events.NotifyAccountReachoutTimelock{}, &events.LabelEdit{},
			&events.LabelAssociationChat{},
			// Best effort, and only of people who are watched.
			&events.Presence{}, &events.ChatPresence{},
		},
		Fact:   {&events.Connected{}, &events.OfflineSyncCompleted{}, &events.PushNameSetting{}},
		Answer: {&events.MediaRetry{}},
		Pairing: {
			&events.QR{}, &events.PairSuccess{}, &events.PairError{}, &events.QRScannedWithoutMultidevice{},
			&events.PairPasskeyRequest{}, &events.PairPasskeyError{}, &events.PairPasskeyConfirmation{},
			&events.RotateADVSecret{},
		},
		Ends: {
			&events.LoggedOut{}, &events.StreamReplaced{}, &events.TemporaryBan{}, &events.ClientOutdated{},
			&events.ConnectFailure{}, &events.CATRefreshError{}, &events.StreamError{}, &events.ManualLoginReconnect{},
			&events.Disconnected{},
		},
		Ignored: {
			// Liveness is our own probe's business; these come from the library's, which is put to sleep.
			&events.KeepAliveTimeout{}, &events.KeepAliveRestored{},
			// History of before the link is asked for piece by piece.
			&events.HistorySync{}, &events.OfflineSyncPreview{},
			// Steps of a call that only machines notice.
			&events.CallPreAccept{}, &events.CallTransport{}, &events.CallRelayLatency{}, &events.UnknownCallEvent{},
			// Names come with every message; settings are asked for when somebody wants them.
			&events.PrivacySettings{}, &events.Blocklist{}, &events.PushName{}, &events.BusinessName{},
			// App state of the account.
			&events.Pin{}, &events.Star{}, &events.DeleteForMe{}, &events.Mute{}, &events.Archive{},
			&events.MarkChatAsRead{}, &events.ClearChat{}, &events.DeleteChat{}, &events.UnarchiveChatsSetting{},
			&events.UserStatusMute{}, &events.LabelAssociationMessage{}, &events.AppState{},
			&events.AppStateSyncComplete{}, &events.AppStateSyncError{},
			// Channels.
			&events.NewsletterJoin{}, &events.NewsletterLeave{}, &events.NewsletterMuteChange{},
			&events.NewsletterLiveUpdate{},
		},
	}
}

// Dispositions is the table of all events, by type.
type Dispositions map[reflect.Type]Disposition

// NewDispositions builds the table once per process.
func NewDispositions() Dispositions {
	table := Dispositions{}
	for disposition, kinds := range dispositions() {
		for _, kind := range kinds {
			table[reflect.TypeOf(kind)] = disposition
		}
	}
	return table
}

// Of returns what becomes of an event.
func (d Dispositions) Of(event any) Disposition { return d[reflect.TypeOf(event)] }
