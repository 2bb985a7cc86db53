//! `rpc` and `send`.

use super::pair::Setup;

#[test]
fn rpc_is_not_available_where_nothing_stands_behind_it() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"rpc":{"method":"m","data":1}}"#);
    pair.receives(r#"{"id":2,"error":{"code":108,"message":"not available"}}"#);
}

#[test]
fn the_ping_method_is_answered_with_nothing_and_no_other_is_found() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.rules(|rules| rules.client.rpc_ping_method = Some("ping".into())).connected();
        pair.sends("{\"id\":2,\"rpc\":{\"method\":\"ping\"}}\n{\"id\":3,\"rpc\":{\"method\":\"m\"}}");
        pair.receives(
            "{\"id\":2,\"rpc\":{}}\n{\"id\":3,\"error\":{\"code\":104,\"message\":\"method not found\"}}",
        );
    }
}

#[test]
fn a_send_has_no_reply_that_could_refuse_it() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.connected();
        pair.sends(r#"{"send":{"data":1}}"#);
        pair.closes(3508);
    }
}

#[test]
fn a_send_with_an_id_is_none_the_less_a_send() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"send":{"data":1}}"#);
    pair.closes(3508);
}
