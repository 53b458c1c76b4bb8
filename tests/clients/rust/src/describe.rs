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
    if let Some(reaction) = base.reaction_message.as_option() {
        return Description::new("reaction", reaction.text.as_deref())
            .about(reaction.key.as_option());
    }
    if let Some(protocol) = base.protocol_message.as_option() {
        return protocol_kind(protocol).about(protocol.key.as_option());
    }
    let media = [
        ("image", base.image_message.is_set()),
        ("video", base.video_message.is_set()),
        ("audio", base.audio_message.is_set()),
        ("document", base.document_message.is_set()),
        ("sticker", base.sticker_message.is_set()),
    ];
    if let Some((kind, _)) = media.iter().find(|(_, set)| *set) {
        return Description::new(kind, base.get_caption());
    }
    match base.text_content() {
        Some(text) => Description::new("text", Some(text)),
        None => Description::new("other", None),
    }
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
        _ => Description::new("protocol", None),
    }
}
