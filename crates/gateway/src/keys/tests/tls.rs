//! Who is believed to be the provider.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use vestibule_auth::jwks::{KeyAddress, Place, Source};
use vestibule_model::Moment;

use super::{Provider, document};
use crate::keys::fault::FetchFault;
use crate::keys::fetcher::{Fetched, Fetcher};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A provider over TLS, with a certificate for `localhost` by that authority. Returns the port.
async fn serve(authority: &Authority) -> u16 {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    serve_with(certificate.der().clone(), key).await
}

async fn serve_with(certificate: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> u16 {
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut socket) = acceptor.accept(socket).await else { continue };
            let _request = socket.read(&mut [0; 4096]).await;
            let body = document(&["a"]);
            let head =
                format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            let _gone = socket.write_all(format!("{head}{body}").as_bytes()).await;
            let _gone = socket.shutdown().await;
        }
    });
    port
}

async fn fetch(host: &str, port: u16, believed: Option<&Authority>) -> Result<Fetched, FetchFault> {
    let address = KeyAddress::parse(&format!("https://{host}:{port}/keys"), false).unwrap();
    let mut source = Source::new(Place::Keys(address));
    source.authorities = believed.map(|authority| authority.pem());
    Fetcher::new(&source).unwrap().fetch(None, Moment::ZERO).await.map_err(|missed| missed.fault)
}

#[tokio::test]
async fn an_authority_of_ones_own_is_believed_when_it_is_named_and_no_other_then() {
    let (ours, theirs) = (authority(), authority());
    let port = serve(&ours).await;
    assert_eq!(fetch("localhost", port, Some(&ours)).await.unwrap().document.len(), 1);
    for believed in [Some(&theirs), None] {
        let fault = fetch("localhost", port, believed).await.unwrap_err();
        assert!(matches!(&fault, FetchFault::Tls(_)), "{fault:?}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_believed() {
    let ours = authority();
    let port = serve(&ours).await;
    let fault = fetch("127.0.0.1", port, Some(&ours)).await.unwrap_err();
    assert!(matches!(&fault, FetchFault::Tls(_)), "{fault:?}");
}

#[tokio::test]
async fn an_authoritys_certificate_for_a_server_and_a_port_without_tls_are_named_in_plain_words() {
    let ours = authority();
    let key = PrivateKeyDer::Pkcs8(ours.key().serialize_der().into());
    let port = serve_with(ours.der().clone(), key).await;
    let fault = fetch("localhost", port, Some(&ours)).await.unwrap_err();
    let own = "the certificate there is an authority's own, and not a server's";
    assert_eq!(fault, FetchFault::Tls(own.into()));
    let provider = Provider::open().await;
    let port = provider.url("").rsplit(':').next().unwrap().parse().unwrap();
    let fault = fetch("127.0.0.1", port, Some(&ours)).await.unwrap_err();
    assert_eq!(fault, FetchFault::Tls("whoever answers there does not speak TLS".into()));
}

#[tokio::test]
async fn authorities_without_a_certificate_are_a_mistake() {
    let address = KeyAddress::parse("https://id.example/keys", false).unwrap();
    let mut source = Source::new(Place::Keys(address));
    source.authorities = Some("no certificate".into());
    let why = Fetcher::new(&source).err().expect("nobody to believe").to_string();
    assert_eq!(why, "there is no certificate among the authorities");
}
