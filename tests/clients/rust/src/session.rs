//! One whatsapp-rust login: what outlives its connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use whatsapp_rust::anyhow;
use whatsapp_rust::bot::{Bot, BotHandle, MessageContext};
use whatsapp_rust::prelude::*;
use whatsapp_rust::wacore::store::InMemoryBackend;
use whatsapp_rust::wacore::store::traits::Backend;
use whatsapp_rust_tokio_transport::TokioWebSocketTransportFactory;
use whatsapp_rust_ureq_http_client::UreqHttpClient;

use crate::tell;

/// A fixed version: the client would otherwise ask the real web site for the current one.
const WEB_VERSION: (u32, u32, u32) = (2, 3000, 1_030_000_000);

pub struct Session {
    url: String,
    /// Credentials and sessions; they last as long as this process.
    backend: Arc<dyn Backend>,
    running: tokio::sync::Mutex<Option<BotHandle>>,
    received: Mutex<HashMap<String, InboundMessage>>,
    sent: Mutex<HashMap<String, SendResult>>,
}

impl Session {
    pub fn new(url: String) -> Self {
        Self {
            url,
            backend: Arc::new(InMemoryBackend::new()),
            running: Default::default(),
            received: Default::default(),
            sent: Default::default(),
        }
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
        self.received
            .lock()
            .unwrap()
            .insert(message.info.id.to_string(), message.clone());
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
}
