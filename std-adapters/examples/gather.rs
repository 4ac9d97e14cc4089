//! Chapter 15, 15.5 "Using `asyncio.gather` for Concurrent Execution of Coroutines", over real HTTP, and 15.6 "Managing
//! Exceptions in Task Groups".
//!
//! ```text
//! cargo run -p anywake-examples --bin gather [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `gather(*coroutines)` | `gather(tasks)`, with each spawned: it returns the first failure at once |
//! | `gather(..., return_exceptions=True)` | `gather_settled(tasks)`: how each ended |
//! | `aiohttp.ClientSession` | a blocking client, `ureq`, by `Runtime::spawn_blocking` |
//!
//! The five sites of the book are pages of a small server that the example itself runs, of the sizes that the book shows.

#[macro_use]
mod support;

use core::convert::Infallible;
use std::sync::Arc;

use anywake::{Runtime, Task, gather, gather_settled, task_group};
use support::seconds;
use tiny_http::{Response, Server};

on_each_runtime!(program);

async fn program<R: Runtime>() {
    fetches::<R>().await;
    first_exception::<R>().await;
    all_exceptions::<R>().await;
}

// ---- 15.5.1 ----

const SITES: [(&str, usize); 5] = [
    ("www.example.com", 1256),
    ("www.python.org", 25678),
    ("www.asyncio.org", 3456),
    ("www.github.com", 56789),
    ("www.stackoverflow.com", 12345),
];

async fn fetches<R: Runtime>() {
    println!("# 15.5.1 Example of Using asyncio.gather (any order)");
    let server = Arc::new(Server::http("127.0.0.1:0").expect("the loopback has a free port"));
    let address = server.server_addr();
    let serving = R::default().spawn_blocking({
        let server = Arc::clone(&server);
        move || serve(&server)
    });

    let session = ureq::Agent::new_with_defaults();
    let fetches = SITES.map(|(site, _)| {
        R::default().spawn(fetch::<R>(session.clone(), format!("http://{address}/{site}"), site))
    });
    let results = gather_settled(fetches).await;

    println!("# 15.5.1 Its results, in the order of the arguments");
    for result in results {
        match result {
            Ok(text) => println!("Received data of length {}", text.len()),
            Err(failure) => println!("Error: {failure}"),
        }
    }
    server.unblock();
    serving.await.expect("the server does not panic");
}

async fn fetch<R: Runtime>(session: ureq::Agent, url: String, site: &str) -> Result<String, ureq::Error> {
    let request = move || session.get(url).call()?.body_mut().read_to_string();
    let text = R::default().spawn_blocking(request).await.expect("the client does not panic")?;
    println!("Downloaded {} characters from {site}", text.len());
    Ok(text)
}

/// Answers until the server is unblocked.
fn serve(server: &Server) {
    for request in server.incoming_requests() {
        let page = SITES.iter().find(|(site, _)| request.url().strip_prefix('/') == Some(site));
        let answered = match page {
            Some(&(_, length)) => request.respond(Response::from_string("x".repeat(length))),
            None => request.respond(Response::empty(404)),
        };
        answered.expect("the client waits for its answer");
    }
}

// ---- 15.6.1 and 15.6.2 ----

type Outcome = Result<String, String>;

async fn task_success<R: Runtime>(name: &str, delay: f64) -> Outcome {
    R::default().sleep(seconds(delay)).await;
    println!("Task {name} completed successfully.");
    Ok(format!("Result {name}"))
}

async fn task_failure<R: Runtime>(name: &str, delay: f64) -> Outcome {
    R::default().sleep(seconds(delay)).await;
    println!("Task {name} failed.");
    Err(format!("Error in task {name}"))
}

async fn first_exception<R: Runtime>() {
    println!("# 15.6.1 Example of Handling Exceptions with asyncio.gather");
    // `gather` lets the others run on when one has failed. It is `asyncio.run` that cancels them, at the program's end;
    // here it is the group around them.
    let run = task_group(R::default(), |run| async move {
        let tasks: [Task<Outcome>; 3] = [
            run.spawn(async { Ok(task_success::<R>("A", 1.0).await) }),
            run.spawn(async { Ok(task_failure::<R>("B", 2.0).await) }),
            run.spawn(async { Ok(task_success::<R>("C", 3.0).await) }),
        ];
        match gather(tasks).await {
            Ok(results) => println!("Results: {results:?}"),
            Err(failure) => println!("Exception encountered: {failure}"),
        }
        run.cancel();
        Ok::<_, Infallible>(())
    });
    run.await.expect("the group has no failure of its own");
}

async fn all_exceptions<R: Runtime>() {
    println!("# 15.6.2 Handling All Exceptions with return_exceptions=True");
    let runtime = R::default();
    let tasks = [
        runtime.spawn(task_success::<R>("A", 1.0)),
        runtime.spawn(task_failure::<R>("B", 2.0)),
        runtime.spawn(task_success::<R>("C", 3.0)),
    ];
    for (i, result) in gather_settled(tasks).await.into_iter().enumerate() {
        match result {
            Ok(value) => println!("Task {} returned: {value}", i + 1),
            Err(failure) => println!("Task {} resulted in exception: {failure}", i + 1),
        }
    }
}
