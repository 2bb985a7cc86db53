//! A stand-in until the command line is there.

use std::time::Duration;

use vestibule::app::House;
use vestibule::config::{ApiSettings, CentrifugeSettings, Settings};
use vestibule_auth::{KeyConfig, Preset, RealmConfig, RealmsConfig};
use vestibule_doors::centrifuge::rules::{ChannelRules, Rules};

#[global_allocator]
static GLOBAL: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    tracing_subscriber::fmt().init();
    let mut rules = Rules::default();
    rules.client.insecure = true;
    rules.namespaces.without = ChannelRules {
        history_size: 100,
        history_ttl: Duration::from_secs(300),
        presence: true,
        ..Default::default()
    };
    let settings = Settings {
        listen: "127.0.0.1:8123".parse().unwrap(),
        workers: None,
        limits: Default::default(),
        head_timeout: Duration::from_secs(10),
        connections: None,
        connections_per_second: None,
        connections_per_user: None,
        realms: RealmsConfig {
            connection: RealmConfig::new("main", Preset::Centrifugo).with_key(KeyConfig::secret("secret")),
            subscription: None,
            allow_no_token: true,
        },
        centrifuge: CentrifugeSettings {
            enabled: true,
            path: "/connection/websocket".into(),
            allowed_origins: vec![],
            rules,
        },
        api: ApiSettings {
            enabled: true,
            path: "/api".into(),
            key: None,
            insecure: true,
            errors_as_status: false,
            body_size: 1 << 20,
            batch_size: 1000,
        },
        health: Some("/health".into()),
        metrics: None,
        demo: None,
        shutdown: Duration::from_secs(5),
        node: "node".into(),
    };
    let house = House::open(settings).unwrap();
    println!("{}", house.address());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        tokio::signal::ctrl_c().await.unwrap();
        house.close().await;
    });
}
