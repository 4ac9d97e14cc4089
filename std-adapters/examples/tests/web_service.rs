//! The web service over real HTTP: with each runtime behind it, and as the program that its users start.

#[path = "../web_service/notes.rs"]
mod notes;
#[path = "../web_service/service.rs"]
mod service;

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use anywake::{AsyncStd, Runtime, Smol, Task, Tokio};
use notes::{Config, Notes};
use tempfile::TempDir;
use tokio::net::TcpListener;
use ureq::Agent;

/// What takes longer hangs.
const LONG: Duration = Duration::from_secs(60);

/// A running service whose handlers share what lives on `R`.
struct Running<R: Runtime> {
    address: SocketAddr,
    notes: Arc<Notes<R>>,
    serving: Task<io::Result<()>>,
    file: PathBuf,
    _folder: TempDir,
}

impl<R: Runtime> Running<R> {
    fn start(configure: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("notes.sqlite");
        let mut config = Config::new(file.clone());
        configure(&mut config);
        Tokio.block_on(async {
            let notes = Arc::new(Notes::<R>::open(config).await.unwrap());
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let serving = Tokio.spawn(service::serve(listener, Arc::clone(&notes)));
            Self { address, notes, serving, file, _folder: folder }
        })
    }

    fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// Adds so many notes, `note 1` and so on.
    fn add(&self, notes: usize) {
        for n in 1..=notes {
            assert_eq!(self.client().post("/notes", &format!("note {n}")), (201, n.to_string()));
        }
    }

    /// Keeps every query waiting, until what this returns is dropped.
    fn lock(&self) -> rusqlite::Connection {
        let other = rusqlite::Connection::open(&self.file).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        other
    }

    fn wait_until(&self, what: &str, condition: impl Fn(&notes::Stats) -> bool) {
        wait_until(what, || condition(&self.notes.stats()));
    }

    /// Ends it, and looks whether anything is left behind.
    fn end(self) {
        self.notes.stop();
        Tokio.block_on(self.serving).unwrap().unwrap();
        let stats = self.notes.stats();
        assert_eq!((stats.visits, stats.waiting), (0, 0));
        assert_eq!((stats.pool.in_use, stats.pool.idle, stats.pool.waiting), (0, 0, 0));
        assert_eq!(stats.pool.connected, stats.pool.closed);
        wait_until("every handler is gone", || Arc::strong_count(&self.notes) == 1);
        // Nobody else has the database open in any way.
        let alone = rusqlite::Connection::open(&self.file).unwrap();
        alone.busy_timeout(Duration::ZERO).unwrap();
        alone.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT").unwrap();
    }
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LONG, "waited in vain until {what}");
        thread::yield_now();
    }
}

#[derive(Clone)]
struct Client {
    base: String,
    agent: Agent,
}

impl Client {
    fn new(address: SocketAddr) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(LONG)).build();
        Self { base: format!("http://{address}"), agent: config.new_agent() }
    }

    fn get(&self, path: &str) -> (u16, String) {
        answer(self.agent.get(format!("{}{path}", self.base)).call().unwrap())
    }

    fn post(&self, path: &str, body: &str) -> (u16, String) {
        answer(self.agent.post(format!("{}{path}", self.base)).send(body).unwrap())
    }
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> (u16, String) {
    (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
}

fn many_clients<R: Runtime>() {
    const CLIENTS: usize = 40;
    const AT_ONCE: usize = 6;
    const NOTES: usize = 5;
    let service = Running::<R>::start(|config| {
        (config.connections, config.at_once, config.patience) = (2, AT_ONCE, LONG);
    });
    service.add(NOTES);
    let locked = service.lock();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|n| {
            let client = service.client();
            thread::spawn(move || client.get(&format!("/notes/{}", n % NOTES + 1)))
        })
        .collect();
    service
        .wait_until("all are there", |stats| stats.visits == AT_ONCE && stats.waiting == CLIENTS - AT_ONCE);
    drop(locked);
    for (n, client) in clients.into_iter().enumerate() {
        assert_eq!(client.join().unwrap(), (200, format!("note {}", n % NOTES + 1)));
    }
    let stats = service.notes.stats();
    assert_eq!(stats.most_visits, AT_ONCE, "the limit is reached, and honoured");
    assert_eq!(stats.loads, NOTES, "each note is loaded once");
    let pool = stats.pool;
    assert!(pool.connected <= 2, "{pool:?}");
    // One to begin with, one for each note that was added, one for each that was loaded.
    assert_eq!((pool.checkouts as usize, pool.reused), (1 + 2 * NOTES, pool.checkouts - pool.connected));
    assert_eq!(service.client().get("/notes/1000"), (404, "there is no such note".into()));
    service.end();
}

fn too_many_clients<R: Runtime>() {
    let service = Running::<R>::start(|config| {
        (config.at_once, config.patience) = (2, Duration::from_millis(20));
    });
    service.add(2);
    let locked = service.lock();
    let clients = [1, 2].map(|n| {
        let client = service.client();
        thread::spawn(move || client.get(&format!("/notes/{n}")))
    });
    service.wait_until("both are there", |stats| stats.visits == 2);
    let refused = service.client().agent.get(format!("http://{}/notes/1", service.address)).call().unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(answer(refused), (503, "too many requests at the same time".into()));
    let (status, stats) = service.client().get("/stats");
    assert_eq!((status, stats.lines().next()), (200, Some("requests: 2 now, 2 at most, 0 waiting")));
    drop(locked);
    for (n, client) in clients.into_iter().enumerate() {
        assert_eq!(client.join().unwrap(), (200, format!("note {}", n + 1)));
    }
    service.end();
}

/// Who waits for a note that somebody else loads does not lose it when that one goes away.
fn client_that_goes_away<R: Runtime>() {
    let service = Running::<R>::start(|config| config.connections = 1);
    service.add(1);
    let locked = service.lock();
    let mut hasty = TcpStream::connect(service.address).unwrap();
    hasty.write_all(b"GET /notes/1 HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    service.wait_until("it loads", |stats| stats.loads == 1);
    let patient = thread::spawn({
        let client = service.client();
        move || client.get("/notes/1")
    });
    service.wait_until("the other one waits", |stats| stats.visits == 2);
    drop(hasty);
    service
        .wait_until("only the other one is there, and loads", |stats| stats.visits == 1 && stats.loads == 2);
    drop(locked);
    assert_eq!(patient.join().unwrap(), (200, "note 1".into()));
    service.end();
}

fn end_in_the_middle<R: Runtime>() {
    let service = Running::<R>::start(|_| {});
    service.add(1);
    let locked = service.lock();
    let client = thread::spawn({
        let client = service.client();
        move || client.get("/notes/1")
    });
    service.wait_until("it is there", |stats| stats.visits == 1);
    service.notes.stop();
    wait_until("nobody listens any more", || TcpStream::connect(service.address).is_err());
    assert!(!service.serving.is_finished(), "the request has not been answered");
    drop(locked);
    assert_eq!(client.join().unwrap(), (200, "note 1".into()));
    service.end();
}

macro_rules! behind_the_service {
    ($($module:ident: $runtime:ty;)*) => {$(
        mod $module {
            #[test]
            fn many_clients() {
                super::many_clients::<$runtime>();
            }

            #[test]
            fn too_many_clients() {
                super::too_many_clients::<$runtime>();
            }

            #[test]
            fn client_that_goes_away() {
                super::client_that_goes_away::<$runtime>();
            }

            #[test]
            fn end_in_the_middle() {
                super::end_in_the_middle::<$runtime>();
            }
        }
    )*};
}

behind_the_service! {
    on_tokio: super::Tokio;
    on_async_std: super::AsyncStd;
    on_smol: super::Smol;
}

/// The program itself: started, asked, and ended by Ctrl-C.
#[test]
#[cfg(unix)]
fn program_ends_when_it_is_interrupted() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Command, Stdio};

    let mut program = Command::new(env!("CARGO_BIN_EXE_web_service"))
        .arg("127.0.0.1:0")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(program.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();
    let client = Client::new(address);
    assert_eq!(client.post("/notes", "buy milk"), (201, "1".into()));
    assert_eq!(client.get("/notes/1"), (200, "buy milk".into()));
    let interrupted =
        Command::new("sh").arg("-c").arg(format!("kill -INT {}", program.id())).status().unwrap();
    assert!(interrupted.success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(program.wait().unwrap().success());
    assert_eq!(
        rest,
        "requests: 0 now, 1 at most, 0 waiting\n\
         notes loaded: 1\n\
         connections: 0 in use, 0 idle, 1 made, 1 closed, reused 2 times\n"
    );
}
