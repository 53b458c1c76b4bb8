//! Messages of every kind, and the files in them.

use std::sync::Arc;

use anyhow::{Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use whatsapp_rust::media::{
    AudioOptions, DocumentOptions, ImageOptions, VideoOptions, audio_message, document_message,
    image_message, video_message,
};
use whatsapp_rust::prelude::*;
use whatsapp_rust::upload::UploadResponse;
use whatsapp_rust::wacore::download::{Downloadable, MediaType};
use whatsapp_rust::{RevokeType, UploadOptions, anyhow};

use crate::orders::{flag, jid, jids, seconds, text, texts};
use crate::session::{Poll, Session};

pub async fn obey(
    session: &Session,
    client: &Arc<Client>,
    verb: &str,
    order: &Value,
) -> Result<Option<Value>> {
    let answer = match verb {
        "send" => send_text(session, client, order).await?,
        "media" => send_media(session, client, order).await?,
        "location" => send(session, client, order, location(order)).await?,
        "contact" => send(session, client, order, contact(order)?).await?,
        "poll" => send_poll(session, client, order).await?,
        "download" => download(session, client, text(order, "id")?).await?,
        _ => return about(session, client, verb, order).await,
    };
    Ok(Some(answer))
}

/// What is about another message, a chat, or everybody.
async fn about(
    session: &Session,
    client: &Arc<Client>,
    verb: &str,
    order: &Value,
) -> Result<Option<Value>> {
    let id = match verb {
        "vote" => vote(session, client, order).await?,
        "status" => status(client, order).await?,
        "react" => {
            let key = session.key(text(order, "target")?).await?;
            let emoji = text(order, "text")?;
            let sent = client.send_reaction(jid(order, "to")?, key, emoji).await?;
            sent.message_id
        }
        "edit" => {
            let content = wa::Message::text(text(order, "text")?);
            client
                .edit_message(jid(order, "to")?, text(order, "target")?, content)
                .await?
        }
        "delete" => {
            let target = text(order, "target")?;
            client
                .revoke_message(jid(order, "to")?, target, RevokeType::Sender)
                .await?;
            return Ok(Some(Value::Null));
        }
        "disappearing" => {
            let (to, seconds) = (jid(order, "to")?, seconds(order));
            let sent = client.set_chat_disappearing_timer(to, seconds).await?;
            sent.message_id
        }
        _ => return Ok(None),
    };
    Ok(Some(json!({"id": id})))
}

async fn status(client: &Arc<Client>, order: &Value) -> Result<String> {
    let (body, seen_by) = (text(order, "text")?, jids(order, "recipients")?);
    let sent = client
        .status()
        .send_text(
            body,
            0xFF1E6E4F,
            Default::default(),
            &seen_by,
            Default::default(),
        )
        .await?;
    Ok(sent.message_id)
}

async fn send(
    session: &Session,
    client: &Arc<Client>,
    order: &Value,
    message: wa::Message,
) -> Result<Value> {
    let sent = client.send_message(jid(order, "to")?, message).await?;
    Ok(json!({"id": session.remember_sent(sent)}))
}

async fn send_text(session: &Session, client: &Arc<Client>, order: &Value) -> Result<Value> {
    let mut options = SendOptions::default();
    if let Some(id) = order["id"].as_str() {
        options = options.with_message_id(id);
    }
    let body = text(order, "text")?;
    let mentioned = texts(order, "mentions").unwrap_or_default();
    let message = match order["quote"].as_str() {
        Some(id) => wa::Message::text_with_context(body, session.quote(id).await?),
        None if !mentioned.is_empty() => {
            let mentioned_jid = mentioned.into_iter().map(Into::into).collect();
            let context = wa::ContextInfo {
                mentioned_jid,
                ..Default::default()
            };
            wa::Message::text_with_context(body, context)
        }
        None => wa::Message::text(body),
    };
    let sent = client
        .send_message_with_options(jid(order, "to")?, message, options)
        .await?;
    Ok(json!({"id": session.remember_sent(sent)}))
}

fn location(order: &Value) -> wa::Message {
    wa::Message {
        location_message: MessageField::some(wa::message::LocationMessage {
            degrees_latitude: order["latitude"].as_f64(),
            degrees_longitude: order["longitude"].as_f64(),
            name: order["name"].as_str().map(Into::into),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn contact(order: &Value) -> Result<wa::Message> {
    Ok(wa::Message {
        contact_message: MessageField::some(wa::message::ContactMessage {
            display_name: Some(text(order, "name")?.into()),
            vcard: Some(text(order, "vcard")?.into()),
            ..Default::default()
        }),
        ..Default::default()
    })
}

fn owned(items: Vec<&str>) -> Vec<String> {
    items.into_iter().map(Into::into).collect()
}

async fn send_poll(session: &Session, client: &Arc<Client>, order: &Value) -> Result<Value> {
    let options = owned(texts(order, "options")?);
    let question = text(order, "question")?;
    let (sent, secret) = client
        .polls()
        .create(jid(order, "to")?, question, &options, 1)
        .await?;
    let poll = Poll {
        secret,
        options,
        creator: None,
    };
    session.remember_poll(&sent.message_id, poll);
    Ok(json!({"id": session.remember_sent(sent)}))
}

async fn vote(session: &Session, client: &Arc<Client>, order: &Value) -> Result<String> {
    let id = text(order, "target")?;
    let poll = session.poll(id)?;
    let options = owned(texts(order, "options")?);
    let to = jid(order, "to")?;
    let creator = session.creator(&poll, &to).await?;
    let sent = client
        .polls()
        .vote(to, id, &creator, &poll.secret, &options)
        .await?;
    Ok(sent.message_id)
}

async fn send_media(session: &Session, client: &Arc<Client>, order: &Value) -> Result<Value> {
    let kind = text(order, "kind")?;
    let media = match kind {
        "image" => MediaType::Image,
        "video" | "gif" => MediaType::Video,
        "audio" | "voice" => MediaType::Audio,
        "sticker" => MediaType::Sticker,
        _ => MediaType::Document,
    };
    let content = BASE64.decode(text(order, "base64")?)?;
    let uploaded = client.upload(content, media, UploadOptions::new()).await?;
    let message = file_message(kind, uploaded, order)?;
    send(session, client, order, message).await
}

fn file_message(kind: &str, uploaded: UploadResponse, order: &Value) -> Result<wa::Message> {
    let caption = order["caption"].as_str().map(Into::into);
    Ok(match kind {
        "image" => picture(uploaded, caption, flag(order, "view_once")),
        "video" | "gif" => video_message(
            uploaded,
            VideoOptions {
                caption,
                gif_playback: (kind == "gif").then_some(true),
                ..Default::default()
            },
        ),
        "audio" | "voice" => audio_message(
            uploaded,
            AudioOptions {
                ptt: Some(kind == "voice"),
                ..Default::default()
            },
        ),
        "document" => document_message(
            uploaded,
            DocumentOptions {
                caption,
                file_name: Some("a.bin".into()),
                ..Default::default()
            },
        ),
        "sticker" => sticker_message(uploaded),
        unknown => bail!("unknown kind of file {unknown}"),
    })
}

fn picture(uploaded: UploadResponse, caption: Option<String>, once: bool) -> wa::Message {
    let options = ImageOptions {
        caption,
        ..Default::default()
    };
    let mut message = image_message(uploaded, options);
    if let Some(image) = message.image_message.as_option_mut() {
        image.view_once = once.then_some(true);
    }
    message
}

/// The library has no words for stickers: this is how its users make one.
fn sticker_message(uploaded: UploadResponse) -> wa::Message {
    wa::Message {
        sticker_message: MessageField::some(wa::message::StickerMessage {
            url: Some(uploaded.url),
            direct_path: Some(uploaded.direct_path),
            mimetype: Some("image/webp".into()),
            media_key: Some(uploaded.media_key.to_vec()),
            file_sha256: Some(uploaded.file_sha256.to_vec()),
            file_enc_sha256: Some(uploaded.file_enc_sha256.to_vec()),
            file_length: Some(uploaded.file_length),
            ..Default::default()
        }),
        ..Default::default()
    }
}

async fn download(session: &Session, client: &Arc<Client>, id: &str) -> Result<Value> {
    let message = session.recall(id)?;
    let base = message.message.get_base_message();
    let files: [Option<&dyn Downloadable>; 6] = [
        base.image_message.as_option().map(|file| file as _),
        base.video_message.as_option().map(|file| file as _),
        base.ptv_message.as_option().map(|file| file as _),
        base.audio_message.as_option().map(|file| file as _),
        base.document_message.as_option().map(|file| file as _),
        base.sticker_message.as_option().map(|file| file as _),
    ];
    let Some(media) = files.into_iter().flatten().next() else {
        bail!("message {id} has nothing to download");
    };
    let content = client.download(media).await?;
    Ok(json!({"base64": BASE64.encode(&content), "bytes": content.len()}))
}
