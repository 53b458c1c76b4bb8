//! What a test wants to know of a message: one word for its kind, its text, and the message it speaks of.

use whatsapp_rust::prelude::*;

pub struct Description {
    pub kind: &'static str,
    pub text: String,
    pub target: Option<String>,
}

impl Description {
    fn new(kind: &'static str, text: Option<&str>) -> Self {
        Self {
            kind,
            text: text.unwrap_or_default().to_string(),
            target: None,
        }
    }

    fn about(mut self, key: Option<&wa::MessageKey>) -> Self {
        self.target = key.and_then(|key| key.id.clone());
        self
    }
}

pub fn describe(message: &wa::Message) -> Description {
    let base = message.get_base_message();
    about(base)
        .or_else(|| media(base))
        .or_else(|| things(base))
        .unwrap_or_else(|| match base.text_content() {
            Some(text) => Description::new("text", Some(text)),
            None => Description::new("other", None),
        })
}

/// What is about another message.
fn about(base: &wa::Message) -> Option<Description> {
    if let Some(reaction) = base.reaction_message.as_option() {
        let found = Description::new("reaction", reaction.text.as_deref());
        return Some(found.about(reaction.key.as_option()));
    }
    if let Some(protocol) = base.protocol_message.as_option() {
        return Some(protocol_kind(protocol).about(protocol.key.as_option()));
    }
    if let Some(vote) = base.poll_update_message.as_option() {
        let found = Description::new("poll_vote", None);
        return Some(found.about(vote.poll_creation_message_key.as_option()));
    }
    let pin = base.pin_in_chat_message.as_option()?;
    Some(Description::new("pin", None).about(pin.key.as_option()))
}

fn media(base: &wa::Message) -> Option<Description> {
    let gif = |video: &wa::message::VideoMessage| video.gif_playback == Some(true);
    let voice = |audio: &wa::message::AudioMessage| audio.ptt == Some(true);
    let kinds = [
        ("image", base.image_message.is_set()),
        ("gif", base.video_message.as_option().is_some_and(gif)),
        ("video", base.video_message.is_set()),
        ("video_note", base.ptv_message.is_set()),
        ("voice", base.audio_message.as_option().is_some_and(voice)),
        ("audio", base.audio_message.is_set()),
        ("document", base.document_message.is_set()),
        ("sticker", base.sticker_message.is_set()),
    ];
    let (kind, _) = kinds.iter().find(|(_, set)| *set)?;
    Some(Description::new(kind, base.get_caption()))
}

fn things(base: &wa::Message) -> Option<Description> {
    if let Some(place) = base.location_message.as_option() {
        return Some(Description::new("location", place.name.as_deref()));
    }
    if let Some(place) = base.live_location_message.as_option() {
        return Some(Description::new("live_location", place.caption.as_deref()));
    }
    if let Some(card) = base.contact_message.as_option() {
        return Some(Description::new("contact", card.display_name.as_deref()));
    }
    if let Some(cards) = base.contacts_array_message.as_option() {
        return Some(Description::new("contacts", cards.display_name.as_deref()));
    }
    if let Some(poll) = poll_of(base) {
        return Some(Description::new("poll", poll.name.as_deref()));
    }
    if let Some(event) = base.event_message.as_option() {
        return Some(Description::new("event", event.name.as_deref()));
    }
    if let Some(invite) = base.group_invite_message.as_option() {
        return Some(Description::new("group_invite", invite.caption.as_deref()));
    }
    let album = base.album_message.is_set();
    album.then(|| Description::new("album", None))
}

fn protocol_kind(protocol: &wa::message::ProtocolMessage) -> Description {
    use wa::message::protocol_message::Type;
    match protocol.r#type {
        Some(Type::REVOKE) => Description::new("delete", None),
        Some(Type::MESSAGE_EDIT) => Description::new(
            "edit",
            protocol
                .edited_message
                .as_option()
                .and_then(|edited| edited.text_content()),
        ),
        Some(Type::EPHEMERAL_SETTING) => Description::new("disappearing", None),
        _ => Description::new("protocol", None),
    }
}

/// A poll, whichever of its fields it is written in.
pub fn poll_of(base: &wa::Message) -> Option<&wa::message::PollCreationMessage> {
    base.poll_creation_message
        .as_option()
        .or_else(|| base.poll_creation_message_v2.as_option())
        .or_else(|| base.poll_creation_message_v3.as_option())
}

pub fn options_of(poll: &wa::message::PollCreationMessage) -> Vec<String> {
    poll.options
        .iter()
        .filter_map(|option| option.option_name.clone())
        .collect()
}

/// The id of the message that this one answers.
pub fn quoted(message: &wa::Message) -> Option<String> {
    context(message)?.stanza_id.clone()
}

pub fn mentions(message: &wa::Message) -> Vec<String> {
    context(message).map_or_else(Vec::new, |context| context.mentioned_jid.clone())
}

fn context(message: &wa::Message) -> Option<&wa::ContextInfo> {
    let base = message.get_base_message();
    let text = base.extended_text_message.as_option();
    let image = base.image_message.as_option();
    let location = base.location_message.as_option();
    text.and_then(|text| text.context_info.as_option())
        .or_else(|| image.and_then(|image| image.context_info.as_option()))
        .or_else(|| location.and_then(|location| location.context_info.as_option()))
}
