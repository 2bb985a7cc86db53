//! Every key of a configuration is a flag, by its path.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};

use crate::config::written::{Entry, Outline};

/// Flags of Centrifugo for keys that do not take effect: they are taken, so that they can be named.
const OF_CENTRIFUGO: [(&str, bool); 26] = [
    ("pid_file", false),
    ("http_server.internal_address", false),
    ("http_server.internal_port", false),
    ("engine.type", false),
    ("broker.enabled", true),
    ("broker.type", false),
    ("presence_manager.enabled", true),
    ("presence_manager.type", false),
    ("map_broker.type", false),
    ("log.file", false),
    ("debug.enabled", true),
    ("admin.enabled", true),
    ("admin.external", true),
    ("admin.insecure", true),
    ("swagger.enabled", true),
    ("sse.enabled", true),
    ("http_stream.enabled", true),
    ("http_api.external", true),
    ("grpc_api.enabled", true),
    ("grpc_api.port", false),
    ("uni_grpc.enabled", true),
    ("uni_grpc.port", false),
    ("uni_websocket.enabled", true),
    ("uni_sse.enabled", true),
    ("uni_http_stream.enabled", true),
    ("init.enabled", true),
];

/// A flag for each key, of which those in `common` are shown by the short help. Keys below names of the operator's own
/// are none.
pub fn args(outline: &Outline, common: &[&str]) -> Vec<Arg> {
    let own_name = |path: &str| path.split('.').any(|part| part == "NAME");
    let arg = |entry: &Entry| match entry {
        Entry::Key { path, switch, about, .. } if !own_name(path) => {
            let help = about.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
            let arg = arg(path, *switch).help(help);
            Some(if common.contains(&path.as_str()) { arg } else { arg.hide_short_help(true) })
        }
        Entry::Key { .. } | Entry::Heading { .. } => None,
    };
    outline.entries.iter().filter_map(arg).collect()
}

/// Flags of Centrifugo that are taken only to be named.
pub fn of_centrifugo() -> impl Iterator<Item = Arg> {
    OF_CENTRIFUGO.into_iter().map(|(path, switch)| arg(path, switch).hide(true))
}

/// Short names of flags, for those that are used by hand.
const ALIASES: [(&str, &str); 1] = [("port", "listen.port")];

/// The keys that were given as flags, with their values.
pub fn given(matches: &ArgMatches) -> Vec<(String, String)> {
    let given = |id: &clap::Id| {
        let name = id.as_str();
        let by_flag = matches.value_source(name) == Some(ValueSource::CommandLine);
        let value = matches.try_get_one::<String>(name).ok().flatten()?;
        let key = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, key)| key);
        by_flag.then(|| (key.to_owned(), value.clone()))
    };
    matches.ids().filter_map(given).collect()
}

fn arg(path: &str, switch: bool) -> Arg {
    let arg = Arg::new(path.to_owned()).long(path.to_owned()).value_name("VALUE");
    let arg = match path {
        "http_server.port" => arg.short('p'),
        "http_server.address" => arg.short('a'),
        _ => arg,
    };
    if switch { arg.num_args(0..=1).require_equals(true).default_missing_value("true") } else { arg }
}
