//! A small web site on the loopback, with all that a crawler has to cope with.

use core::time::Duration;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use tiny_http::{Header, Request, Response, Server};

/// More than any crawler should use at a time, so that one that does not keep its limit is caught.
const THREADS: usize = 16;

/// Shut down when it is dropped.
pub(crate) struct Site {
    address: String,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    server: Server,
    /// How many requests at a time are expected.
    limit: usize,
    requests: Mutex<Requests>,
    changed: Condvar,
}

#[derive(Default)]
struct Requests {
    now: usize,
    most: usize,
    shut_down: bool,
}

impl Site {
    /// Starts the site. Its lists are not given out before `limit` requests have been there at a time, so that it does
    /// not depend on chance whether that many are seen.
    pub(crate) fn start(limit: usize) -> io::Result<Self> {
        let server = Server::http("127.0.0.1:0").map_err(io::Error::other)?;
        let address = format!("http://{}", server.server_addr());
        let shared = Arc::new(Shared { server, limit, requests: Mutex::default(), changed: Condvar::new() });
        let threads = (0..THREADS).map(|_| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                while let Ok(request) = shared.server.recv() {
                    shared.answer(request);
                }
            })
        });
        Ok(Self { address, threads: threads.collect(), shared })
    }

    /// Without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The most requests that there were at a time.
    pub(crate) fn most_requests(&self) -> usize {
        self.shared.requests().most
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.shared.requests().shut_down = true;
        self.shared.changed.notify_all();
        // Each unblocks one of them, whichever that is.
        self.threads.iter().for_each(|_| self.shared.server.unblock());
        for thread in self.threads.drain(..) {
            // One that panicked has said so.
            _ = thread.join();
        }
    }
}

impl Shared {
    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: Request) {
        let path = request.url().to_owned();
        if path == "/slow" {
            // Not counted: nobody tells a server that its client has given up.
            self.wait(Duration::from_secs(60), |requests| requests.shut_down);
        } else {
            let mut requests = self.requests();
            requests.now += 1;
            requests.most = requests.most.max(requests.now);
            drop(requests);
            self.changed.notify_all();
            if path.starts_with("/list/") {
                self.wait(Duration::from_secs(1), |requests| requests.most >= self.limit);
                // One more has the time to show that the limit is not kept.
                self.wait(Duration::from_millis(50), |requests| requests.most > self.limit);
            }
            // Before the answer, after which the client may send the next request.
            self.requests().now -= 1;
        }
        let (status, header, body) = page(&path);
        let header: Header = header.parse().expect("it is a header");
        // Whether the client is still there to get it is its own affair.
        _ = request.respond(Response::from_string(body).with_status_code(status).with_header(header));
    }

    fn wait(&self, patience: Duration, until: impl Fn(&Requests) -> bool) {
        drop(self.changed.wait_timeout_while(self.requests(), patience, |requests| !until(requests)));
    }
}

/// What is there: the status, a header and the body.
fn page(path: &str) -> (u16, &'static str, &'static str) {
    const HTML: &str = "Content-Type: text/html; charset=utf-8";
    match path {
        "/" => (
            200,
            HTML,
            r##"<!DOCTYPE html><title>Start</title>
            <a href="list/1">one</a> <A HREF=list/2>two</A> <a href='/list/3?sort=a&amp;page=1'>three</a>
            <a class="button" href="/list/4#end">four</a> <a href="/list/5">five</a> <a href="/list/5">five again</a>
            <a href="/old/">moved</a> <a href="/slow">slow</a> <a href="/missing">missing</a>
            <a href="/broken">broken</a> <a href="/paper.pdf">a paper</a> <a href="http://127.0.0.1:1/">nobody</a>
            <a href="http://elsewhere.example/">elsewhere</a> <a href="mailto:office@elsewhere.example">write</a>
            <a href="http://[half">no address</a> <a name="top">no link</a>
            <!-- <a href="/commented">no link</a> --> <script>"<a href='/script'>no link</a>"</script>"##,
        ),
        "/list/1" | "/list/2" | "/list/3?sort=a&page=1" | "/list/4" | "/list/5" => {
            (200, HTML, r#"<a href="..">up</a>"#)
        }
        "/old/" => (301, "Location: /new/", ""),
        // Whose link is relative to this address and not to that of before.
        "/new/" => (200, HTML, r#"<a href="item">item</a>"#),
        "/new/item" => (200, HTML, "<p>without links"),
        "/slow" => (200, HTML, r#"<a href="/late">nobody waits for this</a>"#),
        "/paper.pdf" => (200, "Content-Type: application/pdf", r#"<a href="/paper">no link</a>"#),
        "/broken" => (500, HTML, r#"<a href="/error">no link</a>"#),
        _ => (404, HTML, r#"<a href="/help">no link</a>"#),
    }
}
