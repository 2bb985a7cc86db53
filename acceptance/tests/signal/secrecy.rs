//! Nothing of a token, a secret or a message is ever written to the log.

use vestibule_acceptance::http::get;
use vestibule_acceptance::process::Signal;
use vestibule_acceptance::signal::{ADMIN_SECRET, SignalServer, message};

#[test]
fn neither_tokens_nor_secrets_nor_messages_are_logged() {
    let mut server = SignalServer::with(&[
        ("VESTIBULE_LOG__LEVEL", "trace"),
        ("SIGNAL_TURN_SECRET", "secret-of-the-relay"),
        ("SIGNAL_TURN_URLS", "turn:127.0.0.1:3478"),
    ]);
    let token = server.token("room");
    let (mut ann, _) = server.enter("room", "ann");
    ann.text(r#"{"type":"offer","to":"ann","sdp":"a-private-message"}"#);
    assert_eq!(message(&mut ann)["sdp"], "a-private-message");
    get(server.address, &format!("/ice?token={token}"));
    get(server.address, &format!("/nothing?token={token}"));
    server.post_token(&[("x-admin-secret", "a-wrong-guess")], "");
    server.knock("room=r&token=bad-token.bad-token.bad-token").expect_close(4003);
    ann.close(Some(1000));
    server.process.signal(Signal::TERM);
    server.process.end();
    let said = server.process.said();
    let signature = token.rsplit('.').next().unwrap();
    let secrets = [
        signature,
        ADMIN_SECRET,
        "secret-of-the-relay",
        "a-private-message",
        "a-wrong-guess",
        "bad-token.bad",
    ];
    for secret in secrets {
        assert!(!said.contains(secret), "{secret:?} was logged:\n{said}");
    }
}
