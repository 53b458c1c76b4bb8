//! Channels (newsletters) and communities.

use std::sync::Arc;

use anyhow::Result;
use serde_json::{Value, json};
use whatsapp_rust::prelude::*;
use whatsapp_rust::{CreateCommunityOptions, anyhow};

use crate::orders::{jid, text};

pub async fn obey(client: &Arc<Client>, verb: &str, order: &Value) -> Result<Option<Value>> {
    match verb {
        name if name.starts_with("channel_") => channel(client, name, order).await,
        name if name.starts_with("community_") => community(client, name, order).await,
        _ => Ok(None),
    }
}

async fn channel(client: &Arc<Client>, verb: &str, order: &Value) -> Result<Option<Value>> {
    let channels = client.newsletter();
    let answer = match verb {
        "channel_create" => {
            let made = channels
                .create(text(order, "name")?, order["text"].as_str())
                .await?;
            json!({"id": made.jid.to_string()})
        }
        "channel_info" => {
            let found = channels.get_metadata(&jid(order, "channel")?).await?;
            json!({"name": found.name})
        }
        "channel_follow" => {
            channels.join(&jid(order, "channel")?).await?;
            Value::Null
        }
        "channel_leave" => {
            channels.leave(&jid(order, "channel")?).await?;
            Value::Null
        }
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

async fn community(client: &Arc<Client>, verb: &str, order: &Value) -> Result<Option<Value>> {
    let communities = client.community();
    let parent = || jid(order, "community");
    let answer = match verb {
        "community_create" => {
            let options = CreateCommunityOptions::new(text(order, "subject")?);
            let made = communities.create(options).await?;
            json!({"id": made.metadata.id.to_string()})
        }
        "community_link" => {
            communities
                .link_subgroups(parent()?, &[jid(order, "group")?])
                .await?;
            Value::Null
        }
        "community_unlink" => {
            communities
                .unlink_subgroups(parent()?, &[jid(order, "group")?], false)
                .await?;
            Value::Null
        }
        "community_groups" => {
            let found = communities.get_subgroups(&parent()?).await?;
            found.iter().map(|one| json!(one.id.to_string())).collect()
        }
        _ => return Ok(None),
    };
    Ok(Some(answer))
}
