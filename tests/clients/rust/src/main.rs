//! whatsapp-rust, unmodified, as a program that a test drives: JSON lines in (orders), JSON lines out (events
//! and replies). Only the address and the trust root differ from a production start; see `session.rs`.
#![recursion_limit = "512"]

mod account;
mod channels;
mod content;
mod describe;
mod groups;
mod orders;
mod session;
mod tell;

use std::io::Write;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use session::Session;

/// Write one line to whoever drives this process.
pub fn say(line: Value) {
    let mut out = std::io::stdout().lock();
    // A closed pipe means that nobody listens any more; the main loop ends with standard input.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

struct StderrLog(log::LevelFilter);

impl log::Log for StderrLog {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.level() <= self.0
    }

    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            eprintln!("{:5} {} {}", record.level(), record.target(), record.args());
        }
    }

    fn flush(&self) {}
}

fn log_to_stderr() {
    let level = std::env::var("RUST_LOG")
        .ok()
        .and_then(|text| text.parse().ok());
    let level = level.unwrap_or(log::LevelFilter::Warn);
    log::set_max_level(level);
    // Fails only if somebody was first, which nobody is.
    let _ = log::set_logger(Box::leak(Box::new(StderrLog(level))));
}

#[tokio::main]
async fn main() {
    log_to_stderr();
    std::panic::set_hook(Box::new(|info| {
        say(json!({"event": "crash", "reason": info.to_string()}))
    }));
    let url = std::env::args()
        .nth(1)
        .expect("the first argument is the simulator's WebSocket address");
    let folder = std::env::args()
        .nth(3)
        .expect("the third argument is the folder for credentials");
    let session = Session::open(url, folder.as_ref()).await;
    let session = Arc::new(session.expect("the database in the folder can be opened"));
    say(json!({"event": "ready"}));
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let order: Value = serde_json::from_str(&line).expect("orders are JSON, one per line");
        let session = Arc::clone(&session);
        // Each in its own task: an order that waits must not hold up the next.
        tokio::spawn(async move {
            let number = order["n"].clone();
            say(match orders::obey(&session, &order).await {
                Ok(answer) => json!({"reply": number, "ok": answer}),
                Err(error) => json!({"reply": number, "error": format!("{error:#}")}),
            });
        });
    }
}
