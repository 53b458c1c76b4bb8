//! What a test can order. Each takes the order's fields and returns what the reply carries.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use whatsapp_rust::pair_code::PairCodeOptions;
use whatsapp_rust::prelude::*;
use whatsapp_rust::wacore::download::{Downloadable, MediaType};
use whatsapp_rust::{
    ChatStateType, GroupCreateOptions, GroupParticipantOptions, GroupSubject, RevokeType,
    UploadOptions, anyhow,
};

use crate::session::Session;

/// How long a socket may take to be there before a code can be asked for.
const SOCKET_WITHIN: Duration = Duration::from_secs(15);

fn text<'a>(order: &'a Value, name: &str) -> Result<&'a str> {
    order[name]
        .as_str()
        .with_context(|| format!("{name} is missing"))
}

fn jid(order: &Value, name: &str) -> Result<Jid> {
    Ok(text(order, name)?.parse()?)
}

fn texts<'a>(order: &'a Value, name: &str) -> Result<Vec<&'a str>> {
    order[name]
        .as_array()
        .with_context(|| format!("{name} is missing"))?
        .iter()
        .map(|item| item.as_str().context("not a text"))
        .collect()
}

fn jids(order: &Value, name: &str) -> Result<Vec<Jid>> {
    texts(order, name)?
        .into_iter()
        .map(|item| Ok(item.parse()?))
        .collect()
}

pub async fn obey(session: &Arc<Session>, order: &Value) -> Result<Value> {
    match text(order, "do")? {
        "connect" => {
            session
                .connect(order["options"]["pushName"].as_str())
                .await?
        }
        "leave" => session.leave().await?,
        verb => return with_client(session, &session.client().await?, verb, order).await,
    }
    Ok(Value::Null)
}

async fn with_client(
    session: &Session,
    client: &Arc<Client>,
    verb: &str,
    order: &Value,
) -> Result<Value> {
    match verb {
        "pair_by_code" => {
            client.wait_for_socket(SOCKET_WITHIN).await?;
            let options = PairCodeOptions {
                phone_number: text(order, "phone")?.into(),
                custom_code: order["code"].as_str().map(Into::into),
                ..Default::default()
            };
            return Ok(json!({"code": client.pair_with_code(options).await?}));
        }
        "logout" => client.logout().await,
        "send" => {
            let mut options = SendOptions::default();
            if let Some(id) = order["id"].as_str() {
                options = options.with_message_id(id);
            }
            let sent = client
                .send_message_with_options(
                    jid(order, "to")?,
                    wa::Message::text(text(order, "text")?),
                    options,
                )
                .await?;
            return Ok(json!({"id": session.remember_sent(sent)}));
        }
        "react" => {
            let key = session.key(text(order, "target")?).await?;
            let sent = client
                .send_reaction(jid(order, "to")?, key, text(order, "text")?)
                .await?;
            return Ok(json!({"id": sent.message_id}));
        }
        "edit" => {
            let content = wa::Message::text(text(order, "text")?);
            let id = client
                .edit_message(jid(order, "to")?, text(order, "target")?, content)
                .await?;
            return Ok(json!({"id": id}));
        }
        "delete" => {
            client
                .revoke_message(
                    jid(order, "to")?,
                    text(order, "target")?,
                    RevokeType::Sender,
                )
                .await?
        }
        "image" | "document" => return send_media(session, client, verb, order).await,
        "download" => return download(session, client, text(order, "id")?).await,
        "read" => read(session, client, order).await?,
        "presence" => presence(client, order).await?,
        "watch" => client.presence().subscribe(jid(order, "to")?).await?,
        "on_whatsapp" => {
            let asked = Jid::pn(text(order, "number")?);
            let found = client.contacts().is_on_whatsapp(&[asked]).await?;
            return Ok(found
                .iter()
                .map(|one| json!({"exists": one.is_registered, "jid": one.jid.to_string()}))
                .collect());
        }
        "push_name" => client.profile().set_push_name(text(order, "name")?).await?,
        "pin" => match order["pin"].as_bool() {
            Some(true) => client.chat_actions().pin_chat(&jid(order, "chat")?).await?,
            _ => {
                client
                    .chat_actions()
                    .unpin_chat(&jid(order, "chat")?)
                    .await?
            }
        },
        "archive" => match order["archive"].as_bool() {
            Some(true) => {
                client
                    .chat_actions()
                    .archive_chat(&jid(order, "chat")?, None)
                    .await?
            }
            _ => {
                client
                    .chat_actions()
                    .unarchive_chat(&jid(order, "chat")?, None)
                    .await?
            }
        },
        "block" => match order["block"].as_bool() {
            Some(true) => client.blocking().block(&jid(order, "jid")?).await?,
            _ => client.blocking().unblock(&jid(order, "jid")?).await?,
        },
        "block_list" => {
            let entries = client.blocking().get_blocklist().await?;
            return Ok(entries
                .iter()
                .map(|entry| json!(entry.jid.to_string()))
                .collect());
        }
        group if group.starts_with("group_") => return with_groups(client, group, order).await,
        unknown => bail!("unknown order {unknown}"),
    }
    Ok(Value::Null)
}

async fn with_groups(client: &Arc<Client>, verb: &str, order: &Value) -> Result<Value> {
    let groups = client.groups();
    match verb {
        "group_create" => {
            let mut options = GroupCreateOptions::new(text(order, "subject")?);
            for participant in jids(order, "participants")? {
                options = options.with_participant(GroupParticipantOptions::new(participant));
            }
            return Ok(json!({"id": groups.create_group(options).await?.metadata.id.to_string()}));
        }
        "group_info" => {
            let found = groups.get_metadata(&jid(order, "group")?).await?;
            let participants: Vec<String> = found
                .participants
                .iter()
                .map(|one| one.jid.to_string())
                .collect();
            return Ok(json!({"subject": found.subject, "participants": participants}));
        }
        "group_members" => {
            let (group, members) = (jid(order, "group")?, jids(order, "participants")?);
            match text(order, "action")? {
                "add" => drop(groups.add_participants(group, &members).await?),
                "remove" => drop(groups.remove_participants(group, &members).await?),
                "promote" => drop(groups.promote_participants(group, &members).await?),
                "demote" => drop(groups.demote_participants(group, &members).await?),
                unknown => bail!("unknown action {unknown}"),
            }
        }
        "group_subject" => {
            groups
                .set_subject(
                    jid(order, "group")?,
                    GroupSubject::new(text(order, "subject")?)?,
                )
                .await?
        }
        "group_leave" => groups.leave(jid(order, "group")?).await?,
        unknown => bail!("unknown order {unknown}"),
    }
    Ok(Value::Null)
}

async fn presence(client: &Arc<Client>, order: &Value) -> Result<()> {
    match (text(order, "state")?, order["to"].as_str()) {
        ("available", _) => client.presence().set_available().await?,
        ("unavailable", _) => client.presence().set_unavailable().await?,
        ("composing", Some(to)) => {
            client
                .chatstate()
                .send(&to.parse()?, ChatStateType::Composing)
                .await?
        }
        ("paused", Some(to)) => {
            client
                .chatstate()
                .send(&to.parse()?, ChatStateType::Paused)
                .await?
        }
        (unknown, _) => bail!("unknown state {unknown}"),
    }
    Ok(())
}

async fn read(session: &Session, client: &Arc<Client>, order: &Value) -> Result<()> {
    for id in texts(order, "ids")? {
        let message = session.recall(id)?;
        let source = &message.info.source;
        let sender = source.is_group.then_some(&source.sender);
        client.mark_as_read(&source.chat, sender, &[id]).await?;
    }
    Ok(())
}

async fn send_media(
    session: &Session,
    client: &Arc<Client>,
    kind: &str,
    order: &Value,
) -> Result<Value> {
    let content = BASE64.decode(text(order, "base64")?)?;
    let caption = order["caption"].as_str().map(Into::into);
    let media = if kind == "image" {
        MediaType::Image
    } else {
        MediaType::Document
    };
    let up = client.upload(content, media, UploadOptions::new()).await?;
    let message = if kind == "image" {
        wa::Message {
            image_message: MessageField::some(wa::message::ImageMessage {
                url: Some(up.url),
                direct_path: Some(up.direct_path),
                mimetype: Some("image/jpeg".into()),
                caption,
                media_key: Some(up.media_key.to_vec()),
                file_sha256: Some(up.file_sha256.to_vec()),
                file_enc_sha256: Some(up.file_enc_sha256.to_vec()),
                file_length: Some(up.file_length),
                media_key_timestamp: Some(up.media_key_timestamp),
                ..Default::default()
            }),
            ..Default::default()
        }
    } else {
        wa::Message {
            document_message: MessageField::some(wa::message::DocumentMessage {
                url: Some(up.url),
                direct_path: Some(up.direct_path),
                mimetype: Some("application/octet-stream".into()),
                caption,
                media_key: Some(up.media_key.to_vec()),
                file_sha256: Some(up.file_sha256.to_vec()),
                file_enc_sha256: Some(up.file_enc_sha256.to_vec()),
                file_length: Some(up.file_length),
                media_key_timestamp: Some(up.media_key_timestamp),
                file_name: Some("a.bin".into()),
                ..Default::default()
            }),
            ..Default::default()
        }
    };
    let sent = client.send_message(jid(order, "to")?, message).await?;
    Ok(json!({"id": session.remember_sent(sent)}))
}

async fn download(session: &Session, client: &Arc<Client>, id: &str) -> Result<Value> {
    let message = session.recall(id)?;
    let base = message.message.get_base_message();
    let media: &dyn Downloadable = if let Some(image) = base.image_message.as_option() {
        image
    } else if let Some(document) = base.document_message.as_option() {
        document
    } else {
        bail!("message {id} has nothing to download");
    };
    let content = client.download(media).await?;
    Ok(json!({"base64": BASE64.encode(&content), "bytes": content.len()}))
}
