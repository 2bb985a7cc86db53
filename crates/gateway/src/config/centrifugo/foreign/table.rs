//! The table of keys that do not take effect.

/// A key, or all keys below it.
pub struct Foreign {
    /// Its path.
    pub key: &'static str,
    /// A value that says no more than silence.
    pub usual: &'static str,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a key that does not take effect.
#[derive(Clone, Copy)]
pub enum Fate {
    /// Ignoring it would be unsafe.
    Refused(&'static str),
    /// It is named at start, with what that means.
    Missing(&'static str),
    /// It goes without saying: what it wants holds anyway, or the switch beside it has been named.
    Nothing,
}

const fn refused(key: &'static str, why: &'static str) -> Foreign {
    Foreign { key, usual: "", fate: Fate::Refused(why) }
}

const fn missing(key: &'static str, means: &'static str) -> Foreign {
    Foreign { key, usual: "", fate: Fate::Missing(means) }
}

const fn unless(usual: &'static str, foreign: Foreign) -> Foreign {
    Foreign { usual, ..foreign }
}

const fn nothing(key: &'static str) -> Foreign {
    Foreign { key, usual: "", fate: Fate::Nothing }
}

const NO_TLS: &str = "there is no TLS yet: put a proxy that has it in front, and take this out";
const NO_BACKEND: &str = "no backend is asked";
const NO_REDIS: &str = "everything is kept in the memory of this node";
const NO_MAPS: &str = "there are no map subscriptions yet: channels are streams";
const NO_POLLS: &str = "there are no shared polls yet: channels are streams";
const NO_DELTA: &str = "publications are sent whole, which clients take as well";
const NO_TRANSPORT: &str = "there is no such transport yet: clients fall back to WebSocket, or fail";
const ONE_PORT: &str =
    "there is one port for everything: close the paths that are not for everybody in front of it";
const OWN_SIZES: &str = "buffers have the sizes that the house finds best";
const BY_SOCKET: &str = "commands of a connection are carried out one after the other";

/// Everything that Centrifugo v6 knows and the house does not do.
pub const TABLE: &[Foreign] = &[
    refused("client.insecure_skip_token_signature_verify", "tokens are always verified: take it out"),
    nothing("client.token.insecure_skip_jwks_endpoint_safety_check"),
    nothing("client.subscription_token.insecure_skip_jwks_endpoint_safety_check"),
    missing("client.token.jwks", "there is no such key in the edition that this stands in for"),
    missing("client.user_id_http_header", "users come from tokens alone; who has none is not let in"),
    missing("client.concurrency", BY_SOCKET),
    missing("client.channel_position_max_time_lag", "how old a position is, is not looked at"),
    missing("client.proxy.connect.enabled", "no backend is asked; who has no token is not let in"),
    missing("client.proxy.refresh.enabled", "no backend is asked; a connection ends with its token"),
    nothing("client.proxy"),
    missing("client.connect_code_to_unidirectional_disconnect", NO_TRANSPORT),
    refused("http_server.tls.enabled", NO_TLS),
    nothing("http_server.tls"),
    nothing("http_server.tls_external"),
    refused("http_server.tls_autocert.enabled", NO_TLS),
    nothing("http_server.tls_autocert"),
    refused("http_server.internal_tls.enabled", NO_TLS),
    nothing("http_server.internal_tls"),
    missing("http_server.internal_port", ONE_PORT),
    missing("http_server.internal_address", ONE_PORT),
    missing("http_server.h2c_external", "HTTP/1.1 alone is spoken"),
    missing("http_server.http3", "HTTP/1.1 alone is spoken"),
    missing("log.file", "the log goes to standard error"),
    unless("memory", missing("engine.type", NO_REDIS)),
    nothing("engine"),
    missing("broker.enabled", NO_REDIS),
    nothing("broker"),
    missing("presence_manager.enabled", NO_REDIS),
    nothing("presence_manager"),
    unless("memory", missing("map_broker.type", NO_MAPS)),
    nothing("map_broker"),
    missing("controller.enabled", "this node knows no others"),
    nothing("controller"),
    missing("shared_poll", NO_POLLS),
    unless("1s", missing("channel.proxy", NO_BACKEND)),
    missing("channel.without_namespace.map_clients_presence_channel_prefix", NO_MAPS),
    missing("channel.without_namespace.map_users_presence_channel_prefix", NO_MAPS),
    missing("channel.without_namespace.allowed_delta_types", NO_DELTA),
    missing("channel.without_namespace.delta_publish", NO_DELTA),
    missing(
        "channel.without_namespace.allow_tags_filter",
        "clients get every publication, whatever they filter",
    ),
    missing("channel.without_namespace.subscribe_proxy_enabled", NO_BACKEND),
    missing("channel.without_namespace.publish_proxy_enabled", NO_BACKEND),
    missing("channel.without_namespace.sub_refresh_proxy_enabled", NO_BACKEND),
    missing("channel.without_namespace.subscribe_stream_proxy_enabled", NO_BACKEND),
    nothing("channel.without_namespace.subscribe_proxy_name"),
    nothing("channel.without_namespace.publish_proxy_name"),
    nothing("channel.without_namespace.sub_refresh_proxy_name"),
    nothing("channel.without_namespace.subscribe_stream_proxy_name"),
    nothing("channel.without_namespace.subscribe_stream_proxy_bidirectional"),
    unless(
        "stream",
        missing(
            "channel.without_namespace.subscription_type",
            "channels are streams: there are neither map subscriptions nor shared polls yet",
        ),
    ),
    unless("default", missing("channel.without_namespace.map", NO_MAPS)),
    missing("channel.without_namespace.shared_poll", NO_POLLS),
    missing("channel.without_namespace.client_publish_debounce_interval", "publications are not held back"),
    unless("1s", missing("rpc.proxy", NO_BACKEND)),
    missing("rpc.namespaces", NO_BACKEND),
    missing("rpc.without_namespace.proxy_enabled", NO_BACKEND),
    nothing("rpc.without_namespace"),
    nothing("rpc.namespace_boundary"),
    missing("proxies", NO_BACKEND),
    missing("http_api.external", ONE_PORT),
    missing("grpc_api.enabled", "there is no server API over gRPC: use the one over HTTP"),
    nothing("grpc_api"),
    missing("consumers", "nothing is consumed: publish through the server API"),
    missing("websocket.compression", "messages are not compressed"),
    nothing("websocket.compression_min_size"),
    nothing("websocket.compression_level"),
    nothing("websocket.decompressed_message_size_limit"),
    missing("websocket.read_buffer_size", OWN_SIZES),
    missing("websocket.write_buffer_size", OWN_SIZES),
    missing("websocket.use_write_buffer_pool", OWN_SIZES),
    missing("sse.enabled", NO_TRANSPORT),
    nothing("sse"),
    missing("http_stream.enabled", NO_TRANSPORT),
    nothing("http_stream"),
    missing("webtransport.enabled", NO_TRANSPORT),
    nothing("webtransport"),
    missing("uni_sse.enabled", NO_TRANSPORT),
    nothing("uni_sse"),
    missing("uni_http_stream.enabled", NO_TRANSPORT),
    nothing("uni_http_stream"),
    missing("uni_websocket.enabled", NO_TRANSPORT),
    nothing("uni_websocket"),
    missing("uni_grpc.enabled", NO_TRANSPORT),
    nothing("uni_grpc"),
    nothing("emulation"),
    missing("admin.enabled", "there is no admin page"),
    nothing("admin"),
    missing("prometheus.instrument_http_handlers", "requests are not measured by path"),
    missing("prometheus.recovered_publications_histogram", "there is no such metric"),
    missing("prometheus.native_histograms", "histograms have fixed buckets"),
    missing("swagger.enabled", "there is no page that describes the server API"),
    nothing("swagger"),
    missing("debug.enabled", "there are no profiles to fetch"),
    nothing("debug"),
    missing("init.enabled", "connections need no preparation"),
    nothing("init"),
    missing("opentelemetry.enabled", "there are no traces"),
    nothing("opentelemetry"),
    missing("graphite.enabled", "metrics are fetched, not sent: see prometheus"),
    nothing("graphite"),
    // Nothing is ever sent to anybody.
    nothing("usage_stats"),
    nothing("node.info_metrics_aggregate_interval"),
    missing("pid_file", "no file is written: the process is known to whoever started it"),
    missing("enable_unreleased_features", "there are none"),
];
