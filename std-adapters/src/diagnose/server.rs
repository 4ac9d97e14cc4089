//! The page, for a browser on the same machine.

use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::{dump, graph, page, picture};

/// How long a client may take for its request, and for the answer. There is one thread.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest request that is read.
const LONGEST: usize = 8 * 1024;

/// Shows the [page](super::page) at this address, which must be one of the loopback, until the [`Server`] is dropped. Port 0 is
/// any free port; [`Server::address`] says which. The page refreshes itself every second.
///
/// It answers `GET` with `/` (the page), `/picture.svg`, `/graph.dot` and `/dump.txt`. One thread serves one client after
/// the other. A request whose `Host` is not this machine is refused, so that no site in the browser reads the page.
///
/// # Errors
/// [`ServeError::NotLoopback`] if an address is not one of the loopback: names and places of a program are nobody else's.
/// [`ServeError::Io`] if the address cannot be resolved, is taken, or no thread can be started.
///
/// # Examples
/// ```
/// use anywake::diagnose::{self, ServeError};
///
/// let server = diagnose::serve("127.0.0.1:0").unwrap();
/// println!("open http://{}/", server.address());
/// assert!(matches!(diagnose::serve("0.0.0.0:0"), Err(ServeError::NotLoopback(_))));
/// ```
pub fn serve(address: impl ToSocketAddrs) -> Result<Server, ServeError> {
    let addresses: Vec<_> = address.to_socket_addrs().map_err(ServeError::Io)?.collect();
    // mistake the_page_is_served_to_everybody: !address.ip().is_loopback() ~> false
    if let Some(stranger) = addresses.iter().find(|address| !address.ip().is_loopback()) {
        return Err(ServeError::NotLoopback(*stranger));
    }
    let listener = TcpListener::bind(&addresses[..]).map_err(ServeError::Io)?;
    let address = listener.local_addr().map_err(ServeError::Io)?;
    let is_over = Arc::new(AtomicBool::new(false));
    let until = Arc::clone(&is_over);
    let serve = move || answer_all(&listener, &until);
    let thread = thread::Builder::new().name("anywake-diagnose".to_owned()).spawn(serve);
    let thread = Some(thread.map_err(ServeError::Io)?);
    Ok(Server { address, is_over, thread })
}

/// The page that is shown; no more, when this is dropped.
#[must_use = "the page is shown until this is dropped"]
pub struct Server {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Where the page is.
    ///
    /// # Examples
    /// ```
    /// use anywake::diagnose;
    ///
    /// let server = diagnose::serve("[::1]:0").or_else(|_| diagnose::serve("127.0.0.1:0")).unwrap();
    /// assert!(server.address().ip().is_loopback() && server.address().port() != 0);
    /// ```
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ordering: Release synchronizes with the Acquire in `answer_all`, though nothing else is published.
        self.is_over.store(true, Ordering::Release);
        // The thread waits for a client: this is the last one.
        let woken = TcpStream::connect_timeout(&self.address, PATIENCE).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Why the page is not shown.
#[derive(Debug)]
pub enum ServeError {
    /// This address can be reached from other machines.
    NotLoopback(SocketAddr),
    /// The address cannot be used, or no thread can be started.
    Io(io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(address) => write!(f, "{address} is not an address of the loopback"),
            Self::Io(error) => write!(f, "the page cannot be shown: {error}"),
        }
    }
}

impl core::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::NotLoopback(_) => None,
            Self::Io(error) => Some(error),
        }
    }
}

fn answer_all(listener: &TcpListener, is_over: &AtomicBool) {
    loop {
        let client = listener.accept();
        // Ordering: Acquire synchronizes with the Release in the drop of the server.
        if is_over.load(Ordering::Acquire) {
            return;
        }
        match client {
            // A client that goes away concerns nobody.
            Ok((client, _)) => drop(answer(client)),
            // Too many open files, say. Not at once again.
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn answer(mut client: TcpStream) -> io::Result<()> {
    client.set_write_timeout(Some(PATIENCE))?;
    let request = read_request(&mut client)?;
    let (status, kind, body) = respond(&request);
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
         connect-src 'self'; img-src data:\r\nConnection: close\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes())?;
    if !request.starts_with("HEAD ") {
        client.write_all(body.as_bytes())?;
    }
    client.flush()
}

/// The first lines of the request, up to the empty one.
fn read_request(client: &mut TcpStream) -> io::Result<String> {
    let deadline = Instant::now() + PATIENCE;
    let mut request = Vec::new();
    let mut part = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || request.len() > LONGEST {
            return Err(io::ErrorKind::TimedOut.into());
        }
        client.set_read_timeout(Some(left))?;
        match client.read(&mut part)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => request.extend_from_slice(&part[..count]),
        }
    }
    Ok(String::from_utf8_lossy(&request).into_owned())
}

/// The status, the type and the body of the answer.
fn respond(request: &str) -> (&'static str, &'static str, String) {
    let mut words = request.lines().next().unwrap_or_default().split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let refused = |status: &'static str| (status, "text/plain", format!("{status}\n"));
    if !matches!(method, "GET" | "HEAD") {
        return refused("405 Method Not Allowed");
    }
    // mistake a_site_reads_the_page_by_a_name_of_its_own: !is_here(request) ~> false
    if !is_here(request) {
        return refused("403 Forbidden");
    }
    match path {
        "/" => ("200 OK", "text/html", page::refreshing()),
        "/graph" => ("200 OK", "text/html", page::fragment()),
        "/picture.svg" => ("200 OK", "image/svg+xml", picture()),
        "/graph.dot" => ("200 OK", "text/vnd.graphviz", graph()),
        "/dump.txt" => ("200 OK", "text/plain", dump()),
        _ => refused("404 Not Found"),
    }
}

/// Whether the client has asked for this machine by an address or the name of the loopback. A site whose name leads here is
/// asked for by its own name.
fn is_here(request: &str) -> bool {
    let host = request.lines().skip(1).find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    let Some(host) = host else { return false };
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|digit| digit.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
