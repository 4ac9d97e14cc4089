//! Publish and subscribe: topics, and subscribers that come and go, each with a bounded channel of its own.
//!
//! ```text
//! cargo run -p anywake-examples --bin pub_sub [RUNTIME]
//! ```
//!
//! | what may happen | what comes of it |
//! |---|---|
//! | two tasks publish on one topic | one after the other, by the topic's lock: all subscribers see the same order |
//! | a subscriber is behind | it holds up its topic, and no other: no message is lost |
//! | a subscriber is dropped | its channel is closed, and the next message finds that out |
//! | the broker is dropped | the loops of all subscribers end when they have read what is there |

#[macro_use]
mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use anywake::channel::{Receiver, Sender, bounded};
use anywake::{KeyedLock, Runtime, RwLock, gather};

on_each_runtime!(program);

type Message = Arc<str>;
type Topics = BTreeMap<&'static str, Vec<Sender<Message>>>;

#[derive(Default)]
struct Broker {
    topics: RwLock<Topics>,
    /// Who publishes on a topic now.
    turns: KeyedLock<&'static str>,
}

impl Broker {
    /// The messages of a topic from now on.
    async fn subscribe(&self, topic: &'static str, behind: usize) -> Receiver<Message> {
        let (sender, receiver) = bounded(behind);
        self.topics.write().await.entry(topic).or_default().push(sender);
        receiver
    }

    /// Returns how many have the message, when all who are subscribed to the topic have it.
    async fn publish(&self, topic: &'static str, message: &str) -> usize {
        let _turn = self.turns.lock(topic).await;
        // A copy, so that subscribers of other topics come and go while this one waits for room.
        let subscribers = self.topics.read().await.get(topic).cloned().unwrap_or_default();
        let message = Message::from(message);
        let (mut reached, mut gone) = (0, false);
        for subscriber in &subscribers {
            match subscriber.send(Arc::clone(&message)).await {
                Ok(()) => reached += 1,
                Err(_) => gone = true,
            }
        }
        if gone {
            let mut topics = self.topics.write().await;
            topics.entry(topic).or_default().retain(|subscriber| !subscriber.is_closed());
        }
        reached
    }

    async fn subscribers(&self, topic: &str) -> usize {
        self.topics.read().await.get(topic).map_or(0, Vec::len)
    }
}

/// All messages, until the broker is gone.
async fn read_all(messages: Receiver<Message>) -> Vec<Message> {
    let mut all = Vec::new();
    while messages.recv_many(&mut all, 16).await > 0 {}
    all
}

async fn program<R: Runtime>() {
    let broker = Arc::new(Broker::default());

    println!("# All subscribers of a topic see the same order");
    let readers = [("news", 4), ("news", 1), ("sport", 4)];
    let mut tasks = Vec::new();
    for (topic, behind) in readers {
        tasks.push(R::default().spawn(read_all(broker.subscribe(topic, behind).await)));
    }
    let publishers = [0, 1, 2].map(|publisher| {
        let broker = Arc::clone(&broker);
        R::default().spawn(async move {
            let mut reached = 0;
            for number in 0..10 {
                reached += broker.publish("news", &format!("{publisher}.{number}")).await;
            }
            reached
        })
    });
    println!("reached by each publisher: {:?}", gather(publishers).await.expect("no publisher fails"));
    println!("reached on sport: {}", broker.publish("sport", "one to nil").await);
    println!("reached on a topic of nobody: {}", broker.publish("weather", "rain").await);

    println!("# Subscribers come and go");
    let late = broker.subscribe("sport", 4).await;
    println!("reached: {}", broker.publish("sport", "two to nil").await);
    println!("the late one reads: {}", late.recv().await.expect("the broker is there"));
    drop(late);
    println!("subscribed: {}", broker.subscribers("sport").await);
    println!("reached: {}", broker.publish("sport", "two to one").await);
    println!("subscribed: {}", broker.subscribers("sport").await);

    println!("# A subscriber that is behind holds up its topic only");
    let slow = broker.subscribe("music", 1).await;
    println!("reached: {}", broker.publish("music", "a song").await);
    let publisher = R::default().spawn({
        let broker = Arc::clone(&broker);
        async move { broker.publish("music", "another song").await }
    });
    while slow.queue().waiters() == 0 {
        R::default().yield_now().await;
    }
    println!("music waits for room; reached on sport: {}", broker.publish("sport", "final whistle").await);
    println!("the slow one reads: {}", slow.recv().await.expect("the broker is there"));
    println!("reached: {}", publisher.await.expect("the publisher goes on"));
    println!("the slow one reads: {}", slow.recv().await.expect("the broker is there"));

    println!("# The broker goes, and all loops end");
    drop(broker);
    println!("the slow one is at the end: {}", slow.recv().await.is_err());
    let read = gather(tasks).await.expect("no reader fails");
    let [news, other_news, sport] = &read[..] else { unreachable!("there are three readers") };
    println!("both read {} messages in the same order: {}", news.len(), news == other_news);
    let in_order = |publisher| news.iter().filter(|message| message.starts_with(publisher)).is_sorted();
    println!("those of each publisher are in order: {}", ["0.", "1.", "2."].into_iter().all(in_order));
    println!("sport: {sport:?}");
}
