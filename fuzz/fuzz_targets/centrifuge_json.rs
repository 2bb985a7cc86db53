//! Any bytes as a JSON message of a Centrifuge client: no panic, and whatever payload is accepted can be carried on to
//! another JSON client.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vestibule_doors::centrifuge::wire::{Answer, Batch, Commands, Encoding, Reply, Request};

fuzz_target!(|message: &[u8]| {
    let mut batch = Batch::new(Encoding::Json);
    for command in Commands::new(Encoding::Json, message).flatten() {
        let payload = match command.request {
            Some(Request::Connect(request)) => request.data,
            Some(Request::Subscribe(request)) => request.data,
            Some(Request::Publish(request)) => request.data,
            Some(Request::Rpc(request)) => request.data,
            Some(Request::Send(request)) => request.data,
            _ => continue,
        };
        assert!(!payload.contains(&b'\n'), "a line feed would have ended the command");
        let reply = Reply { id: command.id, result: Ok(Answer::Rpc(payload)) };
        batch.reply(&reply).expect("an accepted payload is JSON");
    }
});
