//! The client's events as lines, in the words that all clients of these tests share.

use std::sync::Arc;

use serde_json::{Value, json};
use whatsapp_rust::prelude::*;
use whatsapp_rust::types::events::{GroupUpdate, Receipt};
use whatsapp_rust::types::presence::ReceiptType;
use whatsapp_rust::wacore::stanza::groups::{
    GroupNotificationAction as Action, GroupParticipantInfo,
};

use crate::describe::describe;
use crate::say;
use crate::session::Session;

pub struct Teller(pub Arc<Session>);

impl EventHandler for Teller {
    fn handle_event(&self, event: Arc<Event>) {
        match &*event {
            Event::Messages(batch) => batch.iter().for_each(|message| self.message(message)),
            Event::Receipt(receipt) => tell_receipt(receipt),
            // The client's own identity is in its store by then.
            Event::Connected(_) => self.opened(),
            other => {
                if let Some(line) = simple(other) {
                    say(line);
                }
            }
        }
    }
}

impl Teller {
    fn message(&self, message: &InboundMessage) {
        self.0.remember(message);
        let (info, content) = (&message.info, describe(&message.message));
        let id = info.id.to_string();
        say(json!({
            "event": "message", "id": id, "chat": info.source.chat.to_string(), "sender": info.source.sender.to_string(),
            "from_me": info.source.is_from_me, "push_name": info.push_name, "offline": info.is_offline,
            "kind": content.kind, "text": content.text, "target": content.target,
        }));
        if let "reaction" | "edit" | "delete" = content.kind {
            say(
                json!({"event": content.kind, "id": id, "target": content.target, "text": content.text}),
            );
        }
    }

    fn opened(&self) {
        let session = Arc::clone(&self.0);
        tokio::spawn(async move {
            let Ok(client) = session.client().await else {
                return;
            };
            let text = |jid: Option<Jid>| jid.map(|jid| jid.to_string());
            say(json!({"event": "open", "jid": text(client.pn()), "lid": text(client.lid())}));
        });
    }
}

fn tell_receipt(receipt: &Receipt) {
    let kind = match &receipt.r#type {
        ReceiptType::Delivered => "delivered",
        other => other.as_wire_str(),
    };
    for id in &receipt.message_ids {
        say(
            json!({"event": "receipt", "id": id.to_string(), "type": kind, "user": receipt.source.sender.to_string()}),
        );
    }
}

fn group_change(update: &GroupUpdate) -> Value {
    let id = update.group_jid.to_string();
    let members = |change: &str, participants: &[GroupParticipantInfo]| {
        let participants: Vec<String> =
            participants.iter().map(|one| one.jid.to_string()).collect();
        json!({"event": "group_change", "id": id, "change": change, "participants": participants})
    };
    match &update.action {
        Action::Add { participants, .. } => members("add", participants),
        Action::Remove { participants, .. } => members("remove", participants),
        Action::Promote { participants } => members("promote", participants),
        Action::Demote { participants } => members("demote", participants),
        Action::Subject { subject, .. } => {
            json!({"event": "group_change", "id": id, "change": "subject", "subject": subject})
        }
        Action::Description { description, .. } => {
            json!({"event": "group_change", "id": id, "change": "description", "text": description})
        }
        Action::Announce => members("announcement", &[]),
        Action::NotAnnounce => members("not_announcement", &[]),
        Action::Create { .. } => members("create", &[]),
        _ => members("other", &[]),
    }
}

fn simple(event: &Event) -> Option<Value> {
    Some(match event {
        Event::PairingQrCode(qr) => json!({"event": "qr", "code": qr.code}),
        Event::PairingCode(pairing) => json!({"event": "pair_code", "code": pairing.code}),
        Event::PairingCodeError(failure) => {
            json!({"event": "pair_code_failed", "reason": failure.error})
        }
        Event::PairingQrCodesExhausted(_) => json!({"event": "qr_exhausted"}),
        Event::PairSuccess(paired) => json!({"event": "paired", "jid": paired.id.to_string()}),
        Event::PairError(failure) => json!({"event": "pair_failed", "reason": failure.error}),
        Event::Disconnected(ended) => {
            json!({"event": "disconnected", "reason": ended.reason.to_string()})
        }
        Event::LoggedOut(out) => {
            json!({"event": "logged_out", "on_connect": out.on_connect, "reason": format!("{:?}", out.reason)})
        }
        Event::StreamReplaced(_) => json!({"event": "replaced"}),
        Event::StreamError(failure) => json!({"event": "stream_error", "code": failure.code}),
        Event::ConnectFailure(failure) => {
            json!({"event": "connect_failure", "reason": format!("{:?}", failure.reason)})
        }
        Event::TemporaryBan(ban) => {
            json!({"event": "temporary_ban", "code": format!("{:?}", ban.code)})
        }
        Event::ClientOutdated(_) => json!({"event": "outdated"}),
        Event::OfflineSyncCompleted(done) => json!({"event": "caught_up", "count": done.count}),
        Event::UndecryptableMessage(lost) => {
            json!({"event": "undecryptable", "id": lost.info.id.to_string()})
        }
        Event::ServerAck(ack) if ack.class.as_deref() == Some("message") => {
            json!({"event": "ack", "id": ack.id, "error": ack.error})
        }
        Event::HistorySync(history) => json!({"event": "history", "type": history.sync_type()}),
        Event::SelfPushNameUpdated(name) => json!({"event": "push_name", "name": name.new_name}),
        Event::PushNameUpdate(name) => {
            json!({"event": "contact", "id": name.jid.to_string(), "notify": name.new_push_name})
        }
        Event::ArchiveUpdate(update) => {
            json!({"event": "chat", "id": update.jid.to_string(), "archived": update.action.archived})
        }
        Event::PinUpdate(update) => {
            json!({"event": "chat", "id": update.jid.to_string(), "pinned": update.action.pinned})
        }
        Event::MuteUpdate(update) => {
            json!({"event": "chat", "id": update.jid.to_string(), "muted": update.action.muted})
        }
        Event::GroupUpdate(update) => group_change(update),
        Event::ChatPresence(update) => json!({
            "event": "presence", "chat": update.source.chat.to_string(), "who": update.source.sender.to_string(),
            "state": format!("{:?}", update.state).to_lowercase(),
        }),
        Event::Presence(update) => json!({
            "event": "presence", "chat": update.from.to_string(), "who": update.from.to_string(),
            "state": if update.unavailable { "unavailable" } else { "available" },
        }),
        Event::AppStateSyncFailed(failure) => {
            json!({"event": "app_state_failed", "fatal": failure.fatal, "retryable": failure.retryable})
        }
        Event::IdentityChange(change) => {
            json!({"event": "identity_change", "user": change.user.to_string()})
        }
        _ => return None,
    })
}
