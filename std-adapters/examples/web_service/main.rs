//! A small web service: notes in a SQLite database, read through a cache, by not too many at a time.
//!
//! ```text
//! cargo run -p anywake-examples --bin web_service [ADDRESS [FILE]]    # Ctrl-C ends it
//!
//! curl -d 'buy milk' http://127.0.0.1:8080/notes     # 1
//! curl http://127.0.0.1:8080/notes/1                 # buy milk
//! curl http://127.0.0.1:8080/stats
//! ```
//!
//! | its part | by |
//! |---|---|
//! | a fixed number of connections to the database | `Pool` |
//! | each note is loaded once, however many ask for it at the same time | `Cache` |
//! | so many requests at a time; the others wait a little, and then get a 503 | `Semaphore`, with a deadline |
//! | the end: no new requests, those that are there are answered, then the connections are closed | `Event`, `Pool::close` |
//!
//! The service, `service.rs`, is written with axum, which needs tokio: so this example takes no runtime as an argument.
//! What its handlers share, `notes.rs`, does not know that. It is generic over the runtime, and the tests run the service
//! with each of the three behind it.

mod notes;
mod service;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::{env, error};

use anywake::Tokio;
use notes::{Config, Notes};
use tokio::net::TcpListener;

fn main() -> Result<(), Box<dyn error::Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let folder = tempfile::tempdir()?;
    let file = arguments.next().map_or_else(|| folder.path().join("notes.sqlite"), PathBuf::from);
    Tokio.block_on(run(address, file))
}

async fn run(address: String, file: PathBuf) -> Result<(), Box<dyn error::Error>> {
    let notes = Arc::new(Notes::<Tokio>::open(Config::new(file)).await?);
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let stopping = Tokio.spawn(stop_at_ctrl_c(Arc::clone(&notes)));
    service::serve(listener, Arc::clone(&notes)).await?;
    stopping.cancel();
    print!("{}", notes.stats());
    Ok(())
}

async fn stop_at_ctrl_c(notes: Arc<Notes<Tokio>>) -> io::Result<()> {
    tokio::signal::ctrl_c().await?;
    notes.stop();
    Ok(())
}
