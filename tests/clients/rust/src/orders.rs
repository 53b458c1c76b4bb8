//! What a test can order. Each takes the order's fields and returns what the reply carries.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use whatsapp_rust::pair_code::PairCodeOptions;
use whatsapp_rust::passkey::Assertion;
use whatsapp_rust::prelude::*;
use whatsapp_rust::{ChatStateType, anyhow};

use crate::session::Session;
use crate::{account, channels, content, groups};

/// How long a socket may take to be there before a code can be asked for.
const SOCKET_WITHIN: Duration = Duration::from_secs(15);

pub fn text<'a>(order: &'a Value, name: &str) -> Result<&'a str> {
    order[name]
        .as_str()
        .with_context(|| format!("{name} is missing"))
}

pub fn jid(order: &Value, name: &str) -> Result<Jid> {
    Ok(text(order, name)?.parse()?)
}

pub fn flag(order: &Value, name: &str) -> bool {
    order[name].as_bool().unwrap_or(false)
}

pub fn seconds(order: &Value) -> u32 {
    order["seconds"].as_u64().unwrap_or(0) as u32
}

pub fn texts<'a>(order: &'a Value, name: &str) -> Result<Vec<&'a str>> {
    order[name]
        .as_array()
        .with_context(|| format!("{name} is missing"))?
        .iter()
        .map(|item| item.as_str().context("not a text"))
        .collect()
}

pub fn jids(order: &Value, name: &str) -> Result<Vec<Jid>> {
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

/// The rooms in turn; each answers None to what is not its own.
async fn with_client(
    session: &Session,
    client: &Arc<Client>,
    verb: &str,
    order: &Value,
) -> Result<Value> {
    if let Some(answer) = connection(client, verb, order).await? {
        return Ok(answer);
    }
    if let Some(answer) = content::obey(session, client, verb, order).await? {
        return Ok(answer);
    }
    if let Some(answer) = talk(session, client, verb, order).await? {
        return Ok(answer);
    }
    if let Some(answer) = channels::obey(client, verb, order).await? {
        return Ok(answer);
    }
    if let Some(answer) = groups::obey(client, verb, order).await? {
        return Ok(answer);
    }
    if let Some(answer) = account::obey(client, verb, order).await? {
        return Ok(answer);
    }
    bail!("unknown order {verb}")
}

async fn connection(client: &Arc<Client>, verb: &str, order: &Value) -> Result<Option<Value>> {
    match verb {
        "pair_by_code" => {
            client.wait_for_socket(SOCKET_WITHIN).await?;
            let options = PairCodeOptions {
                phone_number: text(order, "phone")?.into(),
                custom_code: order["code"].as_str().map(Into::into),
                ..Default::default()
            };
            let code = client.pair_with_code(options).await?;
            return Ok(Some(json!({"code": code})));
        }
        "logout" => client.logout().await,
        "passkey_answer" => {
            let answer: Value = serde_json::from_str(text(order, "json")?)?;
            let credential = text(&answer, "rawId")?;
            let assertion = Assertion {
                assertion_json: text(order, "json")?.into(),
                credential_id: URL_SAFE_NO_PAD.decode(credential)?,
            };
            client.send_passkey_response(assertion).await?
        }
        "passkey_confirm" => client.send_passkey_confirmation().await?,
        _ => return Ok(None),
    }
    Ok(Some(Value::Null))
}

/// What is no message, but goes to the same people.
async fn talk(
    session: &Session,
    client: &Arc<Client>,
    verb: &str,
    order: &Value,
) -> Result<Option<Value>> {
    match verb {
        "read" | "played" => receipts(session, client, verb, order).await?,
        "presence" => presence(client, order).await?,
        "watch" => client.presence().subscribe(jid(order, "to")?).await?,
        "reject_call" => {
            let call = session.call(text(order, "id")?)?;
            client.voip().reject(&call).await?
        }
        _ => return Ok(None),
    }
    Ok(Some(Value::Null))
}

async fn presence(client: &Arc<Client>, order: &Value) -> Result<()> {
    let typing = match (text(order, "state")?, order["to"].as_str()) {
        ("available", _) => return Ok(client.presence().set_available().await?),
        ("unavailable", _) => return Ok(client.presence().set_unavailable().await?),
        ("composing", Some(to)) => (to, ChatStateType::Composing),
        ("recording", Some(to)) => (to, ChatStateType::Recording),
        ("paused", Some(to)) => (to, ChatStateType::Paused),
        (unknown, _) => bail!("unknown state {unknown}"),
    };
    Ok(client
        .chatstate()
        .send(&typing.0.parse()?, typing.1)
        .await?)
}

async fn receipts(
    session: &Session,
    client: &Arc<Client>,
    verb: &str,
    order: &Value,
) -> Result<()> {
    for id in texts(order, "ids")? {
        let message = session.recall(id)?;
        let source = &message.info.source;
        let sender = source.is_group.then_some(&source.sender);
        if verb == "read" {
            client.mark_as_read(&source.chat, sender, &[id]).await?;
        } else {
            client.mark_as_played(&source.chat, sender, &[id]).await?;
        }
    }
    Ok(())
}
