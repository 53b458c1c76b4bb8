//! The client's events as lines, in the words that all clients of these tests share.

use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use whatsapp_rust::PollVoteCiphertext;
use whatsapp_rust::anyhow;
use whatsapp_rust::prelude::*;
use whatsapp_rust::types::call::IncomingCall;
use whatsapp_rust::types::events::{ChatPresenceUpdate, GroupUpdate, Receipt};
use whatsapp_rust::types::presence::{ChatPresenceMedia, ReceiptType};
use whatsapp_rust::wacore::stanza::groups::{
    GroupNotificationAction as Action, GroupParticipantInfo,
};

use crate::describe::{describe, mentions, quoted};
use crate::say;
use crate::session::Session;

pub struct Teller(pub Arc<Session>);

impl EventHandler for Teller {
    fn handle_event(&self, event: Arc<Event>) {
        match &*event {
            Event::Messages(batch) => batch.iter().for_each(|message| self.message(message)),
            Event::Receipt(receipt) => tell_receipt(receipt),
            Event::IncomingCall(call) => self.call(call),
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
            "quoted": quoted(&message.message), "mentions": mentions(&message.message),
            "view_once": message.message.is_view_once(),
        }));
        if let "reaction" | "edit" | "delete" = content.kind {
            say(
                json!({"event": content.kind, "id": id, "target": content.target, "text": content.text}),
            );
        }
        if content.kind == "poll_vote" {
            self.vote(message.clone());
        }
    }

    /// Tell what was chosen, which only those learn who know the poll.
    fn vote(&self, message: InboundMessage) {
        let session = Arc::clone(&self.0);
        tokio::spawn(async move {
            match open_vote(&session, &message).await {
                Ok(line) => say(line),
                Err(error) => say(json!({"event": "vote_lost", "reason": format!("{error:#}")})),
            }
        });
    }

    fn call(&self, call: &IncomingCall) {
        self.0.remember_call(call);
        say(json!({
            "event": "call", "id": call.action.call_id(), "status": call.action.wire_tag(),
            "from": call.from.to_string(), "offline": call.offline,
        }));
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

async fn open_vote(session: &Session, message: &InboundMessage) -> Result<Value> {
    let update = message.message.get_base_message();
    let update = update.poll_update_message.as_option().context("no vote")?;
    let key = update.poll_creation_message_key.as_option();
    let target = key.and_then(|key| key.id.as_deref()).context("no poll")?;
    let sealed = update.vote.as_option().context("nothing chosen")?;
    let poll = session.poll(target)?;
    let ciphertext = PollVoteCiphertext {
        enc_payload: sealed.enc_payload.as_deref().unwrap_or_default(),
        enc_iv: sealed.enc_iv.as_deref().unwrap_or_default(),
    };
    let voter = &message.info.source.sender;
    let creator = session.creator(&poll, voter).await?;
    let votes = [(voter, ciphertext)];
    let counted = session
        .client()
        .await?
        .polls()
        .aggregate_votes(&poll.options, &votes, &poll.secret, target, &creator)
        .await?;
    let chosen: Vec<&String> = counted
        .iter()
        .filter(|option| !option.voters.is_empty())
        .map(|option| &option.name)
        .collect();
    Ok(json!({"event": "vote", "target": target, "options": chosen}))
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
        Action::Create { .. } => members("create", &[]),
        Action::CreatedMembershipRequests { requests, .. } => members("requested", requests),
        other => members(other.tag_name(), &[]),
    }
}

fn simple(event: &Event) -> Option<Value> {
    connection(event)
        .or_else(|| passkeys(event))
        .or_else(|| settings(event))
        .or_else(|| people(event))
}

fn passkeys(event: &Event) -> Option<Value> {
    Some(match event {
        Event::PairPasskeyRequest(asked) => {
            json!({"event": "passkey", "options": asked.request_options_json})
        }
        Event::PairPasskeyConfirmation(shown) => {
            json!({"event": "passkey_code", "code": shown.code, "skip": shown.skip_handoff_ux})
        }
        Event::PairPasskeyError(failure) => {
            json!({"event": "passkey_failed", "reason": failure.error})
        }
        _ => return None,
    })
}

fn connection(event: &Event) -> Option<Value> {
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
        Event::DirtyState(dirty) => {
            json!({"event": "dirty", "kind": format!("{:?}", dirty.dirty_type)})
        }
        Event::ServerAck(ack) if ack.class.as_deref() == Some("message") => {
            json!({"event": "ack", "id": ack.id, "error": ack.error})
        }
        _ => return None,
    })
}

/// What the account's devices share.
fn settings(event: &Event) -> Option<Value> {
    Some(match event {
        Event::HistorySync(history) => json!({"event": "history", "type": history.sync_type()}),
        Event::SelfPushNameUpdated(name) => json!({"event": "push_name", "name": name.new_name}),
        Event::ArchiveUpdate(update) => {
            json!({"event": "chat", "id": update.jid.to_string(), "archived": update.action.archived})
        }
        Event::PinUpdate(update) => {
            json!({"event": "chat", "id": update.jid.to_string(), "pinned": update.action.pinned})
        }
        Event::MuteUpdate(update) => {
            json!({"event": "chat", "id": update.jid.to_string(), "muted": update.action.muted})
        }
        Event::MarkChatAsReadUpdate(update) => {
            json!({"event": "chat", "id": update.jid.to_string(), "read": update.action.read})
        }
        Event::DeleteChatUpdate(update) => {
            json!({"event": "chat", "id": update.jid.to_string(), "deleted": true})
        }
        Event::StarUpdate(update) => {
            json!({"event": "star", "id": update.message_id, "starred": update.action.starred})
        }
        Event::ContactUpdate(update) => {
            json!({"event": "contact", "id": update.jid.to_string(), "name": update.action.full_name})
        }
        Event::AppStateSyncFailed(failure) => {
            json!({"event": "app_state_failed", "fatal": failure.fatal, "retryable": failure.retryable})
        }
        _ => return None,
    })
}

fn people(event: &Event) -> Option<Value> {
    Some(match event {
        Event::UndecryptableMessage(lost) => {
            json!({"event": "undecryptable", "id": lost.info.id.to_string()})
        }
        Event::PushNameUpdate(name) => {
            json!({"event": "contact", "id": name.jid.to_string(), "notify": name.new_push_name})
        }
        Event::GroupUpdate(update) => group_change(update),
        Event::ChatPresence(update) => json!({
            "event": "presence", "chat": update.source.chat.to_string(), "who": update.source.sender.to_string(),
            "state": typing(update),
        }),
        Event::Presence(update) => json!({
            "event": "presence", "chat": update.from.to_string(), "who": update.from.to_string(),
            "state": if update.unavailable { "unavailable" } else { "available" },
        }),
        Event::PictureUpdate(update) => json!({
            "event": "picture", "id": update.jid.to_string(), "removed": update.removed, "picture": update.picture_id,
        }),
        Event::UserAboutUpdate(update) => {
            json!({"event": "about", "id": update.jid.to_string(), "text": update.status})
        }
        Event::IdentityChange(change) => {
            json!({"event": "identity_change", "user": change.user.to_string(), "implicit": change.implicit})
        }
        Event::DeviceListUpdate(update) => {
            json!({"event": "devices", "user": update.user.to_string()})
        }
        Event::DisappearingModeChanged(mode) => {
            json!({"event": "disappearing_mode", "user": mode.from.to_string(), "seconds": mode.duration})
        }
        Event::MissedCall(call) => {
            json!({"event": "call", "id": call.call_id, "status": "missed", "from": call.from.to_string()})
        }
        _ => return None,
    })
}

fn typing(update: &ChatPresenceUpdate) -> String {
    match update.media {
        ChatPresenceMedia::Audio => "recording".into(),
        _ => format!("{:?}", update.state).to_lowercase(),
    }
}
