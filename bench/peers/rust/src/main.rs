//! The bench's tools on rmcp: sessions in this process, or none; a request of 2026-07-28 never has one.
mod tools;

use axum::serve::ListenerExt;
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};
use tools::Bench;

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is missing"))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let bench = Bench::new(env("TOOLS").parse().expect("TOOLS is a number"));
    let sessions = env("MODE") != "stateless";
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(sessions)
        .with_json_response(!sessions);
    let service: StreamableHttpService<Bench, LocalSessionManager> =
        StreamableHttpService::new(move || Ok(bench.clone()), Default::default(), config);
    let router = axum::Router::new()
        .route("/readyz", axum::routing::get(|| async { "" }))
        .nest_service("/mcp", service);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{}", env("PORT"))).await?;
    // Else the answer's second segment waits for the acknowledgement of the first, 40 ms.
    let listener =
        listener.tap_io(|connection| connection.set_nodelay(true).expect("a TCP connection"));
    axum::serve(listener, router).await
}
