//! Groups: made, looked at, changed, joined, left.

use std::sync::Arc;

use anyhow::{Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use whatsapp_rust::prelude::*;
use whatsapp_rust::{
    GroupCreateOptions, GroupDescription, GroupMetadata, GroupParticipantOptions, GroupSubject,
    JoinGroupResult, MemberAddMode, MembershipApprovalMode, PreviousDescription, anyhow,
};

use crate::orders::{flag, jid, jids, seconds, text};

pub async fn obey(client: &Arc<Client>, verb: &str, order: &Value) -> Result<Option<Value>> {
    let groups = client.groups();
    let answer = match verb {
        "group_create" => {
            let mut options = GroupCreateOptions::new(text(order, "subject")?);
            for participant in jids(order, "participants")? {
                options = options.with_participant(GroupParticipantOptions::new(participant));
            }
            let made = groups.create_group(options).await?;
            json!({"id": made.metadata.id.to_string()})
        }
        "group_info" => described(&groups.get_metadata(&jid(order, "group")?).await?),
        "group_list" => groups
            .get_participating()
            .await?
            .keys()
            .map(|id| json!(id.to_string()))
            .collect(),
        "group_invite_info" => described(&groups.get_invite_info(text(order, "code")?).await?),
        "group_join" => {
            let joined = groups.join_with_invite_code(text(order, "code")?).await?;
            let pending = matches!(joined, JoinGroupResult::PendingApproval(_));
            json!({"id": joined.group_jid().to_string(), "pending": pending})
        }
        "group_invite" | "group_revoke_invite" => {
            let reset = verb == "group_revoke_invite";
            let link = groups.get_invite_link(jid(order, "group")?, reset).await?;
            json!({"code": link.rsplit('/').next()})
        }
        "group_requests" => {
            let found = groups.get_membership_requests(jid(order, "group")?).await?;
            found.iter().map(|one| json!(one.jid.to_string())).collect()
        }
        group if group.starts_with("group_") => return change(client, group, order).await,
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

fn described(found: &GroupMetadata) -> Value {
    let participants: Vec<String> = found
        .participants
        .iter()
        .map(|one| one.jid.to_string())
        .collect();
    json!({
        "id": found.id.to_string(), "subject": found.subject, "participants": participants,
        "description": found.description, "locked": found.is_locked, "announce": found.is_announcement,
        "approval": found.membership_approval,
        "ephemeral_s": found.ephemeral.as_ref().map(|one| one.expiration),
    })
}

async fn change(client: &Arc<Client>, verb: &str, order: &Value) -> Result<Option<Value>> {
    let groups = client.groups();
    let group = jid(order, "group")?;
    match verb {
        "group_members" => members(client, group, order).await?,
        "group_answer" => {
            let members = jids(order, "participants")?;
            match flag(order, "approve") {
                true => drop(groups.approve_membership_requests(group, &members).await?),
                false => drop(groups.reject_membership_requests(group, &members).await?),
            }
        }
        "group_subject" => {
            let subject = GroupSubject::new(text(order, "subject")?)?;
            groups.set_subject(group, subject).await?
        }
        "group_description" => {
            let description = GroupDescription::new(text(order, "text")?)?;
            groups
                .set_description(group, Some(description), PreviousDescription::Resolve)
                .await?
        }
        "group_setting" => setting(client, group, order).await?,
        "group_picture" => {
            let picture = BASE64.decode(text(order, "base64")?)?;
            drop(groups.set_profile_picture(group, picture).await?)
        }
        "group_leave" => groups.leave(group).await?,
        unknown => bail!("unknown order {unknown}"),
    }
    Ok(Some(Value::Null))
}

async fn members(client: &Arc<Client>, group: Jid, order: &Value) -> Result<()> {
    let groups = client.groups();
    let members = jids(order, "participants")?;
    match text(order, "action")? {
        "add" => drop(groups.add_participants(group, &members).await?),
        "remove" => drop(groups.remove_participants(group, &members).await?),
        "promote" => drop(groups.promote_participants(group, &members).await?),
        "demote" => drop(groups.demote_participants(group, &members).await?),
        unknown => bail!("unknown action {unknown}"),
    }
    Ok(())
}

async fn setting(client: &Arc<Client>, group: Jid, order: &Value) -> Result<()> {
    let groups = client.groups();
    match text(order, "name")? {
        "announcement" => groups.set_announce(group, true).await?,
        "not_announcement" => groups.set_announce(group, false).await?,
        "locked" => groups.set_locked(group, true).await?,
        "unlocked" => groups.set_locked(group, false).await?,
        "ephemeral" => groups.set_ephemeral(group, seconds(order)).await?,
        "approval" => {
            let mode = match flag(order, "on") {
                true => MembershipApprovalMode::On,
                false => MembershipApprovalMode::Off,
            };
            groups.set_membership_approval(group, mode).await?
        }
        "all_member_add" => {
            groups
                .set_member_add_mode(group, MemberAddMode::AllMemberAdd)
                .await?
        }
        unknown => bail!("unknown setting {unknown}"),
    }
    Ok(())
}
