//! One whatsapp-rust login: what outlives its connections, and, in its database, its processes.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use whatsapp_rust::anyhow;
use whatsapp_rust::bot::{Bot, BotHandle, MessageContext};
use whatsapp_rust::prelude::*;
use whatsapp_rust::store::traits::Backend;
use whatsapp_rust::types::call::IncomingCall;
use whatsapp_rust_tokio_transport::TokioWebSocketTransportFactory;
use whatsapp_rust_ureq_http_client::UreqHttpClient;

use crate::tell;

/// A fixed version: the client would otherwise ask the real web site for the current one.
const WEB_VERSION: (u32, u32, u32) = (2, 3000, 1_030_000_000);

/// A poll of ours or of somebody else, as far as votes in it need it.
#[derive(Clone)]
pub struct Poll {
    pub secret: Vec<u8>,
    pub options: Vec<String>,
    /// Who made it; nobody else than this account when absent.
    pub creator: Option<Jid>,
}

pub struct Session {
    url: String,
    /// Credentials and encryption sessions, in a database in this client's folder.
    backend: Arc<dyn Backend>,
    running: tokio::sync::Mutex<Option<BotHandle>>,
    received: Mutex<HashMap<String, InboundMessage>>,
    sent: Mutex<HashMap<String, SendResult>>,
    polls: Mutex<HashMap<String, Poll>>,
    calls: Mutex<HashMap<String, IncomingCall>>,
}

impl Session {
    pub async fn open(url: String, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let database = folder.join("client.db");
        let store = SqliteStore::new(database.to_str().context("a path that is no text")?).await?;
        Ok(Self {
            url,
            backend: Arc::new(store),
            running: Default::default(),
            received: Default::default(),
            sent: Default::default(),
            polls: Default::default(),
            calls: Default::default(),
        })
    }

    /// Start the client: it pairs when the store is empty, logs in otherwise, and reconnects by itself.
    /// The push name goes into a registration.
    pub async fn connect(self: &Arc<Self>, push_name: Option<&str>) -> Result<()> {
        let listener = Arc::clone(self);
        let mut builder = Bot::builder()
            .with_backend_arc(Arc::clone(&self.backend))
            .with_transport_factory(
                TokioWebSocketTransportFactory::new().with_url(self.url.clone()),
            )
            .with_http_client(UreqHttpClient::new())
            .with_runtime(TokioRuntime)
            .with_version(WEB_VERSION)
            .with_event_handler(tell::Teller(listener));
        if let Some(name) = push_name {
            builder = builder.with_push_name(name);
        }
        let bot = builder.build().await?;
        *self.running.lock().await = Some(bot.spawn());
        Ok(())
    }

    /// Go away for a while, credentials kept.
    pub async fn leave(&self) -> Result<()> {
        let handle = self.running.lock().await.take().context("not connected")?;
        handle.shutdown().await;
        crate::say(serde_json::json!({"event": "close", "status": null, "reason": "left"}));
        Ok(())
    }

    pub async fn client(&self) -> Result<Arc<Client>> {
        Ok(self
            .running
            .lock()
            .await
            .as_ref()
            .context("not connected")?
            .client())
    }

    pub fn remember(&self, message: &InboundMessage) {
        let id = message.info.id.to_string();
        self.received
            .lock()
            .unwrap()
            .insert(id.clone(), message.clone());
        let base = message.message.get_base_message();
        let secret = message
            .message
            .message_context_info
            .as_option()
            .and_then(|context| context.message_secret.clone());
        if let (Some(poll), Some(secret)) = (crate::describe::poll_of(base), secret) {
            let options = crate::describe::options_of(poll);
            let creator = Some(message.info.source.sender.clone());
            self.remember_poll(
                &id,
                Poll {
                    secret,
                    options,
                    creator,
                },
            );
        }
    }

    pub fn remember_poll(&self, id: &str, poll: Poll) {
        self.polls.lock().unwrap().insert(id.into(), poll);
    }

    pub fn poll(&self, id: &str) -> Result<Poll> {
        let polls = self.polls.lock().unwrap();
        polls
            .get(id)
            .cloned()
            .with_context(|| format!("no poll {id}"))
    }

    /// A poll's creator. For ours, our address of the kind that the voter goes by: votes are sealed for a pair.
    pub async fn creator(&self, poll: &Poll, voter: &Jid) -> Result<Jid> {
        if let Some(other) = &poll.creator {
            return Ok(other.clone());
        }
        let client = self.client().await?;
        let own = if voter.is_lid() {
            client.lid()
        } else {
            client.pn()
        };
        own.context("not logged in")
    }

    pub fn remember_call(&self, call: &IncomingCall) {
        let id = call.action.call_id().to_string();
        self.calls.lock().unwrap().insert(id, call.clone());
    }

    pub fn call(&self, id: &str) -> Result<IncomingCall> {
        let calls = self.calls.lock().unwrap();
        calls
            .get(id)
            .cloned()
            .with_context(|| format!("no call {id}"))
    }

    pub fn remember_sent(&self, sent: SendResult) -> String {
        let id = sent.message_id.clone();
        self.sent.lock().unwrap().insert(id.clone(), sent);
        id
    }

    pub fn recall(&self, id: &str) -> Result<InboundMessage> {
        self.received
            .lock()
            .unwrap()
            .get(id)
            .cloned()
            .with_context(|| format!("no message {id}"))
    }

    /// The key of a message that was received or sent, for reactions to it.
    pub async fn key(&self, id: &str) -> Result<wa::MessageKey> {
        if let Some(sent) = self.sent.lock().unwrap().get(id) {
            return Ok(sent.message_key());
        }
        let received = self.recall(id)?;
        Ok(MessageContext::from_inbound(&received, self.client().await?).message_key())
    }

    /// What makes a message an answer to a received one.
    pub async fn quote(&self, id: &str) -> Result<wa::ContextInfo> {
        let received = self.recall(id)?;
        Ok(MessageContext::from_inbound(&received, self.client().await?).build_quote_context())
    }
}
