//! The page that `diagnose` shows: what is drawn, that names and places are data, and who may read it.

#![cfg(feature = "diagnose")]

use core::net::SocketAddr;
use core::pin::pin;
use core::time::Duration;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anywake::diagnose::{self, ServeError};
use anywake::{Lock, RwLock, blocking};

/// One test at a time: the waits are the program's.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The status line, the head and the body of the answer.
fn ask(address: SocketAddr, request: &str) -> (String, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let (status, head) = head.split_once("\r\n").expect("a status");
    (status.to_owned(), head.to_owned(), body.to_owned())
}

fn get(address: SocketAddr, path: &str) -> String {
    let (status, _, body) = ask(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n"));
    assert_eq!(status, "HTTP/1.1 200 OK", "{path}");
    body
}

#[test]
fn the_page_draws_tasks_and_primitives_with_names_places_and_ages() {
    let _alone = alone();
    diagnose::start();
    let (table, routes) = (Lock::new(()).named("table"), RwLock::new(()).named("routes"));
    let readers = [routes.try_read(), routes.try_read()];
    let (line, held) = (line!(), blocking::wait(table.lock()));
    let (mut lock, mut write) = (pin!(table.lock()), pin!(routes.write()));
    assert!(blocking::timeout(lock.as_mut(), Duration::from_millis(5)).is_err());
    assert!(blocking::timeout(write.as_mut(), Duration::from_millis(5)).is_err());

    let page = diagnose::page();
    assert!(page.contains("<p>2 waits.</p>"), "{page}");
    for primitive in ["lock &quot;table&quot;", "rwlock &quot;routes&quot;"] {
        assert!(page.contains(&format!("<g class=\"primitive\"><title>{primitive}</title>")), "{page}");
    }
    assert_eq!(page.matches("<g class=\"waits\">").count(), 2, "{page}");
    assert_eq!(page.matches("<g class=\"holds\">").count(), 3, "{page}");
    assert!(page.contains("holds a read guard since ") && page.contains("waits since "), "{page}");
    assert!(page.contains(&format!("{}:{line}:", file!())), "{page}");
    let listed = page.split("<pre>").nth(1).unwrap();
    assert!(listed.split("</pre>").next().unwrap().lines().count() >= 7, "a line for each: {listed}");
    let text = diagnose::dump();
    assert!(text.contains("lock \"table\" at 0x") && text.contains(" holds the lock since "), "{text}");
    drop((held, readers));

    let graph = diagnose::graph();
    assert!(graph.contains("label=\"lock \\\"table\\\"\\n0x"), "{graph}");
    // No element is left open, and nothing comes from elsewhere.
    for element in ["svg", "g", "text", "title", "pre", "p", "style"] {
        let count = |what: &str| {
            page.matches(&format!("{what}>")).count() + page.matches(&format!("{what} ")).count()
        };
        assert_eq!(
            count(&format!("<{element}")),
            page.matches(&format!("</{element}>")).count(),
            "{element}"
        );
    }
    assert!(
        !page.contains("src=") && !page.contains("http://") || page.matches("http").count() == 1,
        "{page}"
    );
    assert!(!page.contains("<script"), "a file does not refresh itself");
}

#[test]
fn markup_in_a_name_is_inert() {
    let _alone = alone();
    let lock = Lock::new(()).named("<script>alert('x')</script>&\"><img src=x onerror=alert(1)>\u{1b}");
    let held = lock.try_lock();
    let mut wait = pin!(lock.lock());
    assert!(!wait.as_mut().enable());
    let server = diagnose::serve("127.0.0.1:0").unwrap();
    for text in [diagnose::page(), get(server.address(), "/graph"), get(server.address(), "/picture.svg")] {
        assert!(text.contains("&lt;script&gt;alert("), "{text}");
        assert!(!text.contains("<script>") && !text.contains("<img") && !text.contains('\u{1b}'), "{text}");
    }
    let whole = get(server.address(), "/");
    assert_eq!(whole.matches("<script>").count(), 1, "the page's own");
    drop(held);
}

#[test]
fn that_nobody_waits_is_said() {
    let _alone = alone();
    let page = diagnose::page();
    assert!(page.contains("<p>Nobody waits for anything.</p>") && page.contains("<svg "), "{page}");
}

#[test]
fn the_server_answers_what_it_has_and_refuses_the_rest() {
    let _alone = alone();
    let server = diagnose::serve(("127.0.0.1", 0)).unwrap();
    let address = server.address();
    let page = get(address, "/");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("fetch('graph')"), "{page}");
    assert!(get(address, "/graph").contains("<svg "));
    assert!(get(address, "/picture.svg").starts_with("<svg "));
    assert!(get(address, "/graph.dot").starts_with("digraph waits {"));
    assert!(get(address, "/dump.txt").is_empty());

    let status = |request: &str| ask(address, request).0;
    assert_eq!(status("GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 404 Not Found");
    assert_eq!(status("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 405 Method Not Allowed");
    assert_eq!(status("GET / HTTP/1.1\r\nhost: [::1]:80\r\n\r\n"), "HTTP/1.1 200 OK");
    for host in ["Host: example.org", "Host: 127.0.0.1.example.org:80", "Host: 10.0.0.1", "X: y"] {
        let request = format!("GET / HTTP/1.1\r\n{host}\r\n\r\n");
        assert_eq!(status(&request), "HTTP/1.1 403 Forbidden", "{host}");
    }
    let (_, head, body) = ask(address, "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(body.is_empty() && head.contains("Content-Security-Policy: default-src 'none'"), "{head}");

    // A client that says nothing, and one that sends no end, cost the others a moment.
    drop(TcpStream::connect(address).unwrap());
    let mut endless = TcpStream::connect(address).unwrap();
    let _ = endless.write_all(&[b'x'; 20_000]);
    assert!(get(address, "/").contains("<svg "));
}

#[test]
fn the_page_is_for_this_machine_only_and_stops_with_its_server() {
    let _alone = alone();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let refused = diagnose::serve(address).map(|server| server.address()).unwrap_err();
        assert!(matches!(refused, ServeError::NotLoopback(_)), "{address}: {refused}");
        assert!(refused.to_string().contains("is not an address of the loopback"));
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(matches!(diagnose::serve(taken.local_addr().unwrap()), Err(ServeError::Io(_))));

    let server = diagnose::serve("127.0.0.1:0").unwrap();
    let address = server.address();
    assert!(TcpStream::connect(address).is_ok());
    drop(server);
    assert!(TcpStream::connect(address).is_err(), "the thread has ended, and its socket is closed");
}

const _: () = {
    const fn is<T: Send + Sync + Unpin>() {}
    is::<diagnose::Server>();
    is::<ServeError>();
};
