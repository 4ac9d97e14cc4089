//! A chat server without its sockets: rooms, a session for each client, and a bounded channel in each direction.
//!
//! ```text
//! cargo run -p anywake-examples --bin chat_server [RUNTIME]
//! ```
//!
//! | what may happen | what ends it |
//! |---|---|
//! | a client writes faster than the server reads | its channel is full, and its `send` waits |
//! | a client does not read | its channel is full, and the server drops its end of it: the client's loop ends |
//! | a client's task panics or is cancelled | its sender goes with it: the loop of its session ends |
//! | the server drops a room | the senders go with it: the loops of all its members end |

#[macro_use]
mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use anywake::channel::{Receiver, Sender, bounded};
use anywake::{Lock, Runtime, Task, TaskError, TryPushError};

on_each_runtime!(program);

/// How many messages a client may be behind.
const BEHIND: usize = 3;

type Message = Arc<str>;

#[derive(Default)]
struct Server {
    rooms: Lock<BTreeMap<&'static str, Members>>,
}

/// The names of those in a room, and the ways to them.
type Members = BTreeMap<&'static str, Sender<Message>>;

impl Server {
    async fn say(&self, room: &str, message: &str) {
        if let Some(members) = self.rooms.lock().await.get_mut(room) {
            tell(members, message);
        }
    }

    async fn join(&self, room: &'static str, name: &'static str, inbox: Sender<Message>) {
        let mut rooms = self.rooms.lock().await;
        let members = rooms.entry(room).or_default();
        members.insert(name, inbox);
        tell(members, &format!("* {name} has joined"));
    }

    async fn leave(&self, room: &str, name: &str) {
        let mut rooms = self.rooms.lock().await;
        // The room may be closed. A client that was dropped is not in it any more.
        let Some(members) = rooms.get_mut(room) else { return };
        if members.remove(name).is_some() {
            tell(members, &format!("* {name} has left"));
        }
    }
}

/// Sends to all, and waits for nobody. Those that are too far behind are dropped, and the others are told.
fn tell(members: &mut Members, message: &str) {
    let message = Message::from(message);
    let mut slow = Vec::new();
    members.retain(|name, inbox| match inbox.try_send(Arc::clone(&message)) {
        Ok(()) => true,
        Err(TryPushError::Full(_)) => {
            slow.push(*name);
            false
        }
        // Its client is gone, and its session is about to leave.
        Err(TryPushError::Closed(_)) => true,
    });
    slow.iter().for_each(|name| tell(members, &format!("* {name} was too slow")));
}

/// The client's side of a connection.
struct Client {
    lines: Sender<String>,
    inbox: Receiver<Message>,
}

impl Client {
    async fn say(&self, line: &str) {
        self.lines.send(line.to_owned()).await.expect("the session reads");
    }

    /// Reads the next messages.
    async fn skip(&self, count: usize) {
        for _ in 0..count {
            self.inbox.recv().await.expect("the client is in its room");
        }
    }

    /// Reads and shows the next messages.
    async fn show(&self, name: &str, count: usize) {
        for _ in 0..count {
            match self.inbox.recv().await {
                Ok(message) => println!("{name} reads: {message}"),
                Err(_) => println!("{name} is disconnected"),
            }
        }
    }
}

/// Lets a client in. The session ends when the client's sender is gone.
async fn connect<R: Runtime>(
    server: &Arc<Server>,
    room: &'static str,
    name: &'static str,
) -> (Client, Task<usize>) {
    // The session reads a line when it has passed on the one before: a client cannot flood its room.
    let (lines, from_client) = bounded::<String>(1);
    let (to_client, inbox) = bounded(BEHIND);
    server.join(room, name, to_client).await;
    let server = Arc::clone(server);
    let session = R::default().spawn(async move {
        let mut count = 0;
        while let Ok(line) = from_client.recv().await {
            server.say(room, &format!("{name}: {line}")).await;
            count += 1;
        }
        server.leave(room, name).await;
        count
    });
    (Client { lines, inbox }, session)
}

async fn program<R: Runtime>() {
    let server = Arc::new(Server::default());

    println!("# Two rooms");
    let (ada, ada_session) = connect::<R>(&server, "rust", "ada").await;
    let (bob, bob_session) = connect::<R>(&server, "rust", "bob").await;
    let (eve, eve_session) = connect::<R>(&server, "tea", "eve").await;
    ada.say("hello, bob").await;
    ada.show("ada", 3).await;
    bob.show("bob", 2).await;
    eve.show("eve", 1).await;

    println!("# A client that does not read is dropped, and holds up nobody");
    let (slow, slow_session) = connect::<R>(&server, "rust", "dan").await;
    for line in ["one", "two", "three"] {
        bob.say(line).await;
        // Ada and Bob keep up.
        ada.show("ada", 1).await;
        bob.skip(1).await;
    }
    ada.show("ada", 2).await;
    bob.skip(2).await;
    slow.show("dan", BEHIND + 1).await;
    drop(slow);
    println!(
        "lines that the session of dan passed on: {}",
        slow_session.await.expect("it ends with its client")
    );

    println!("# A client that panics leaves");
    let (cal, cal_session) = connect::<R>(&server, "rust", "cal").await;
    let client = R::default().spawn(async move {
        cal.say("watch this").await;
        panic!("the client has a bug");
    });
    let ended: Result<(), _> = client.await;
    println!("the client panicked: {}", matches!(ended, Err(TaskError::Panicked(_))));
    println!(
        "lines that the session of cal passed on: {}",
        cal_session.await.expect("it ends with its client")
    );
    ada.show("ada", 3).await;

    println!("# A room that is closed disconnects its members");
    server.rooms.lock().await.remove("tea");
    eve.show("eve", 1).await;

    println!("# All clients go, and the sessions end");
    drop((ada, bob, eve));
    for (name, session) in [("ada", ada_session), ("bob", bob_session), ("eve", eve_session)] {
        println!(
            "lines that the session of {name} passed on: {}",
            session.await.expect("it ends with its client")
        );
    }
    println!("members of the room: {}", server.rooms.lock().await["rust"].len());
}
