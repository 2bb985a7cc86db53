//! `batch`, and the older form of a call.

use super::*;
use crate::api::under_test::House;

async fn batch(commands: &str) -> String {
    House::new().call("batch", &format!(r#"{{"commands":{commands}}}"#)).await.good()
}

#[tokio::test]
async fn a_batch_has_a_reply_for_each_command_under_its_name() {
    let commands = r#"[{"publish":{"channel":"kept:a","data":1}},{"publish":{"channel":"nope:a","data":1}},
        {"history":{"channel":"kept:a","limit":5}},{"disconnect":{"user":"42"}}]"#;
    let expected = r#"{"replies":[{"publish":{"offset":1,"epoch":"E"}},{"error":{"code":102,"message":"unknown channel"}},{"history":{"publications":[{"data":1,"offset":1}],"epoch":"E","offset":1}},{"disconnect":{}}]}"#;
    assert_eq!(batch(commands).await, expected);
}

#[tokio::test]
async fn a_batch_of_nothing_is_answered_with_nothing() {
    for commands in ["[]", "null"] {
        assert_eq!(batch(commands).await, "{}");
    }
    assert_eq!(House::new().call("batch", "{}").await.good(), "{}");
}

#[tokio::test]
async fn a_command_that_names_no_method_is_not_found() {
    let expected = r#"{"replies":[{"error":{"code":104,"message":"not found"}}]}"#;
    for command in ["{}", r#"{"nope":{}}"#, r#"{"publish":null}"#, r#"{"batch":{"commands":[]}}"#] {
        assert_eq!(batch(&format!("[{command}]")).await, expected, "{command}");
    }
}

#[tokio::test]
async fn of_two_methods_in_one_command_the_first_of_the_list_counts() {
    let expected = r#"{"replies":[{"publish":{}}]}"#;
    for command in [
        r#"{"publish":{"channel":"c","data":1},"rpc":{}}"#,
        r#"{"rpc":{},"publish":{"channel":"c","data":1}}"#,
    ] {
        assert_eq!(batch(&format!("[{command}]")).await, expected);
    }
}

#[tokio::test]
async fn parallel_may_be_wanted() {
    let body = r#"{"commands":[{"publish":{}}],"parallel":true}"#;
    let expected = r#"{"replies":[{"error":{"code":107,"message":"bad request"}}]}"#;
    assert_eq!(House::new().call("batch", body).await.good(), expected);
}

#[tokio::test]
async fn a_malformed_command_spoils_the_batch_before_anything_is_done() {
    let house = House::new();
    for bad in [r#"{"publish":5}"#, r#"{"publish":[]}"#, r#"{"publish":{"channel":1}}"#, "5"] {
        let body = format!(r#"{{"commands":[{{"publish":{{"channel":"kept:a","data":1}}}},{bad}]}}"#);
        assert_eq!(house.call("batch", &body).await.status, 400, "{bad}");
    }
    let position = r#"{"result":{"publications":[],"epoch":"E","offset":0}}"#;
    assert_eq!(house.call("history", r#"{"channel":"kept:a"}"#).await.good(), position);
}

#[tokio::test]
async fn a_batch_has_a_bound() {
    let five = [r#"{"rpc":{}}"#; 5].join(",");
    assert!(batch(&format!("[{five}]")).await.starts_with(r#"{"replies":["#));
    let expected = r#"{"error":{"code":107,"message":"too many commands in a batch"}}"#;
    assert_eq!(batch(&format!("[{five},{{}}]")).await, expected);
}

async fn single(body: &str) -> String {
    House::new().post("/api", body).await.good()
}

#[tokio::test]
async fn the_method_can_be_in_the_body() {
    assert_eq!(single(r#"{"method":"publish","params":{"channel":"c","data":1}}"#).await, NOTHING);
    assert_eq!(
        single(r#"{"method":"publish","params":{"channel":"nope:a","data":1}}"#).await,
        UNKNOWN_CHANNEL
    );
    for body in ["{}", r#"{"method":"publish"}"#, r#"{"method":"publish","params":{"channel":1}}"#] {
        assert_eq!(single(body).await, BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn an_id_comes_back() {
    let body = r#"{"id":7,"method":"rpc","params":{"method":"x"}}"#;
    assert_eq!(single(body).await, r#"{"id":7,"error":{"code":104,"message":"not found"}}"#);
}

#[tokio::test]
async fn several_calls_in_a_body_are_answered_line_by_line() {
    let publish = r#"{"method":"publish","params":{"channel":"kept:a","data":1}}"#;
    let expected = "{\"result\":{\"offset\":1,\"epoch\":\"E\"}}\n{\"result\":{\"offset\":2,\"epoch\":\"E\"}}";
    assert_eq!(single(&format!("{publish}{publish}")).await, expected);
    assert_eq!(single(&format!("{publish}\n{publish}\n")).await, expected);
}

#[tokio::test]
async fn what_cannot_be_read_or_is_too_much_spoils_the_body() {
    let house = House::new();
    let six = r#"{"method":"info"}"#.repeat(6);
    for body in
        ["", "[]", "{bad", r#"{"method":"nope"}"#, r#"{"method":"batch"}"#, r#"{"method":"info"}x"#, &six]
    {
        let answered = house.post("/api", body).await;
        assert_eq!((answered.status, answered.body.as_str()), (400, "Bad Request\n"), "{body}");
    }
}
