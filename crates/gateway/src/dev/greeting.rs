//! What a developer is told: where the demo is, tokens, and lines to paste.

use std::time::Duration;

use vestibule_auth::{DevelopmentKey, TokenDraft};
use vestibule_model::UnixSeconds;

use crate::config::Settings;

/// The users that tokens are made for.
const USERS: [&str; 2] = ["alice", "bob"];

/// How long those tokens live.
const TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// All of it. Without a key there are no tokens.
pub fn greeting(settings: &Settings, key: Option<&DevelopmentKey>, now: UnixSeconds) -> String {
    let port = settings.listen.port();
    let socket = format!("ws://localhost:{port}{}", settings.centrifuge.path);
    let mut text = format!("\nVestibule for development, at http://localhost:{port}\n");
    let Some(key) = key else { return text };
    text.push_str(&format!("\nThe demo, in two windows:\n  http://localhost:{port}/demo/\n"));
    if settings.signal.is_some() {
        text.push_str(&format!("\nA call between two windows:\n  http://localhost:{port}/demo/call\n"));
    }
    let tokens = USERS.map(|user| key.connection_token(&TokenDraft::new(user, Some(TOKEN_LIFETIME)), now));
    text.push_str("\nConnection tokens, for 24 hours:\n");
    for (user, token) in USERS.iter().zip(&tokens) {
        text.push_str(&format!("  {user}\n  {token}\n\n"));
    }
    text.push_str(&javascript(&socket, &tokens[0]));
    text.push_str(&python(&socket, &tokens[1]));
    if let Some(key) = &settings.api.key {
        text.push_str(&curl(port, &settings.api.path, key.reveal()));
    }
    text
}

/// Node.js has a WebSocket of its own from version 22 on; before that it takes a package.
fn javascript(socket: &str, token: &str) -> String {
    format!(
        "Listen with the JavaScript client (npm install centrifuge ws):\n  \
         node -e 'const {{Centrifuge}}=require(\"centrifuge\"); \
         const c=new Centrifuge(\"{socket}\",{{token:\"{token}\",\
         websocket:globalThis.WebSocket??require(\"ws\")}}); \
         const s=c.newSubscription(\"demo:lobby\"); s.on(\"publication\",p=>console.log(p.data)); \
         s.subscribe(); c.connect()'\n\n"
    )
}

fn python(socket: &str, token: &str) -> String {
    format!(
        "Listen with the Python client (pip install centrifuge-python):\n  \
         python3 -c 'import asyncio, centrifuge\n\
         class Events(centrifuge.SubscriptionEventHandler):\n  \
           async def on_publication(self, ctx): print(ctx.pub.data)\n\
         async def main():\n  \
           client = centrifuge.Client(\"{socket}\", token=\"{token}\")\n  \
           await client.connect()\n  \
           await client.new_subscription(\"demo:lobby\", events=Events()).subscribe()\n  \
           await asyncio.Event().wait()\n\
         asyncio.run(main())'\n\n"
    )
}

fn curl(port: u16, path: &str, key: &str) -> String {
    format!(
        "Publish through the server API:\n  \
         curl -H 'X-API-Key: {key}' http://localhost:{port}{path}/publish \
         -d '{{\"channel\":\"demo:lobby\",\"data\":{{\"text\":\"hello\"}}}}'\n"
    )
}
