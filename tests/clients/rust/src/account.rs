//! What an account shows of itself, whom it lets see that, and what its devices share.

use std::sync::Arc;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};
use whatsapp_rust::anyhow;
use whatsapp_rust::prelude::*;
use whatsapp_rust::privacy_settings::{PrivacyCategory, PrivacyValue};

use crate::orders::{flag, jid, seconds, text};

pub async fn obey(client: &Arc<Client>, verb: &str, order: &Value) -> Result<Option<Value>> {
    if let Some(answer) = profile(client, verb, order).await? {
        return Ok(Some(answer));
    }
    if let Some(answer) = pictures(client, verb, order).await? {
        return Ok(Some(answer));
    }
    if let Some(answer) = privacy(client, verb, order).await? {
        return Ok(Some(answer));
    }
    chats(client, verb, order).await
}

async fn profile(client: &Arc<Client>, verb: &str, order: &Value) -> Result<Option<Value>> {
    match verb {
        "push_name" => client.profile().set_push_name(text(order, "name")?).await?,
        "about" => {
            client
                .profile()
                .set_status_text(text(order, "text")?)
                .await?
        }
        "about_of" => {
            let asked = jid(order, "jid")?;
            let found = client.contacts().get_user_info(&[asked]).await?;
            let info = found.values().next().context("nobody")?;
            return Ok(Some(json!({"text": info.status})));
        }
        "on_whatsapp" => {
            let asked = Jid::pn(text(order, "number")?);
            let found = client.contacts().is_on_whatsapp(&[asked]).await?;
            let answer = found
                .iter()
                .map(|one| json!({"exists": one.is_registered, "jid": one.jid.to_string()}));
            return Ok(Some(answer.collect()));
        }
        _ => return Ok(None),
    }
    Ok(Some(Value::Null))
}

async fn pictures(client: &Arc<Client>, verb: &str, order: &Value) -> Result<Option<Value>> {
    match verb {
        "picture" => {
            let content = BASE64.decode(text(order, "base64")?)?;
            let set = client.profile().set_profile_picture(content).await?;
            return Ok(Some(json!({"id": set.id})));
        }
        "picture_remove" => drop(client.profile().remove_profile_picture().await?),
        "picture_of" => {
            let preview = flag(order, "preview");
            let found = client
                .contacts()
                .get_profile_picture(&jid(order, "jid")?, preview)
                .await?;
            let url = found.map(|picture| picture.url);
            return Ok(Some(json!({"url": url})));
        }
        _ => return Ok(None),
    }
    Ok(Some(Value::Null))
}

async fn privacy(client: &Arc<Client>, verb: &str, order: &Value) -> Result<Option<Value>> {
    match verb {
        "privacy" => {
            let found = client.fetch_privacy_settings().await?;
            let settings: Map<String, Value> = found
                .settings
                .iter()
                .map(|one| (one.category.as_str().to_string(), json!(one.value.as_str())))
                .collect();
            return Ok(Some(Value::Object(settings)));
        }
        "privacy_set" => {
            let category = PrivacyCategory::from(text(order, "name")?);
            let value = PrivacyValue::from(text(order, "value")?);
            drop(client.set_privacy_setting(category, value).await?)
        }
        "default_disappearing" => client.set_default_disappearing_mode(seconds(order)).await?,
        "block" => match flag(order, "block") {
            true => client.blocking().block(&jid(order, "jid")?).await?,
            false => client.blocking().unblock(&jid(order, "jid")?).await?,
        },
        "block_list" => {
            let entries = client.blocking().get_blocklist().await?;
            let listed = entries.iter().map(|entry| json!(entry.jid.to_string()));
            return Ok(Some(listed.collect()));
        }
        _ => return Ok(None),
    }
    Ok(Some(Value::Null))
}

async fn chats(client: &Arc<Client>, verb: &str, order: &Value) -> Result<Option<Value>> {
    let actions = client.chat_actions();
    let chat = || jid(order, "chat");
    match (verb, flag(order, verb)) {
        ("pin", true) => actions.pin_chat(&chat()?).await?,
        ("pin", false) => actions.unpin_chat(&chat()?).await?,
        ("mute", true) => actions.mute_chat(&chat()?).await?,
        ("mute", false) => actions.unmute_chat(&chat()?).await?,
        ("archive", true) => actions.archive_chat(&chat()?, None).await?,
        ("archive", false) => actions.unarchive_chat(&chat()?, None).await?,
        ("star", true) => {
            let id = text(order, "id")?;
            actions
                .star_message(&chat()?, None, id, flag(order, "from_me"))
                .await?
        }
        ("mark_read", read) => actions.mark_chat_as_read(&chat()?, read, None).await?,
        _ => return Ok(None),
    }
    Ok(Some(Value::Null))
}
