//! The study notes, 6 "Asynchronous Web Crawler" (`areq.py`): fetches pages, and writes down the links in them.
//!
//! ```text
//! cargo run -p anywake-examples --bin crawler [RUNTIME [URL [FILE]]]
//! ```
//!
//! It begins at URL, follows the links to pages on the same host, and writes to FILE (in the folder for temporary files,
//! unless given) a line `source_url<tab>parsed_url` for each link. What cannot be fetched is reported and passed over.
//! Without URL it starts a web site on the loopback (`support/site.rs`) and crawls that. No HTTPS, for its size.
//!
//! | asyncio | anywake |
//! |---|---|
//! | `Queue` with `task_done` and `join` | `Queue`: the pages to visit; when all are done there will be no more |
//! | `gather` of `bulk_crawl_and_write` | `task_group` of workers |
//! | `aiohttp.ClientSession`, kept connections | a `ureq::Agent`, on the blocking pool |
//! | `TCPConnector(limit=...)` | a `Semaphore`, whose permit goes along with the request |
//! | one thread, so that nothing else protects the results | a `Lock` |

#[macro_use]
mod support;
#[path = "support/site.rs"]
mod site;

use core::convert::Infallible;
use core::error::Error;
use core::mem;
use core::time::Duration;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fs, process};

use anywake::{Lock, Queue, Runtime, Semaphore, task_group};
use html5gum::{DefaultEmitter, Token, Tokenizer};
use site::Site;
use ureq::{Agent, ResponseExt as _};
use url::Url;

on_each_runtime!(program);

const WORKERS: usize = 8;
const REQUESTS_AT_A_TIME: usize = 3;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);
/// It ends there, however many more there are.
const MAX_PAGES: usize = 500;

type BoxError = Box<dyn Error + Send + Sync>;

async fn program<R: Runtime>() {
    if let Err(error) = crawl_as_told::<R>().await {
        eprintln!("crawler: {error}");
        process::exit(1);
    }
}

/// Crawls what the arguments name.
async fn crawl_as_told<R: Runtime>() -> Result<(), BoxError> {
    let (url, site) = match env::args().nth(2) {
        Some(url) => (url, None),
        None => {
            let site = Site::start(REQUESTS_AT_A_TIME)?;
            (site.address().to_owned(), Some(site))
        }
    };
    let url = Url::parse(&url).map_err(|error| format!("{url:?} is no URL: {error}"))?;
    let file = env::args_os().nth(3).map_or_else(default_file::<R>, PathBuf::from);

    println!("# Crawl of {url}");
    let found = crawl::<R>(url).await?;
    println!("{} pages, {} links, {} errors", found.pages.len(), found.links.len(), found.errors);
    if let Some(site) = site {
        println!("The site has seen {} requests at a time.", site.most_requests());
    }
    let table = found.table();
    let file = R::default().spawn_blocking(move || fs::write(&file, table).map(|()| file)).await??;
    println!("The links are in {}", file.display());
    Ok(())
}

fn default_file<R: Runtime>() -> PathBuf {
    env::temp_dir().join(format!("crawled-on-{}-{}.tsv", R::default().name(), process::id()))
}

/// What the workers share.
struct Crawl {
    start: Url,
    /// Those to visit. As it has room for all, nobody waits to push, which workers that pop as well must not do.
    pages: Queue<Url>,
    requests: Arc<Semaphore>,
    agent: Agent,
    found: Lock<Found>,
}

#[derive(Default)]
struct Found {
    pages: BTreeSet<Url>,
    /// From where, and whereto.
    links: BTreeSet<(Url, Url)>,
    errors: usize,
}

async fn crawl<R: Runtime>(start: Url) -> Result<Found, BoxError> {
    let agent = Agent::config_builder().timeout_global(Some(REQUEST_TIMEOUT)).proxy(None);
    let crawl = Arc::new(Crawl {
        start: start.clone(),
        pages: Queue::with_capacity(MAX_PAGES)?,
        requests: Arc::new(Semaphore::new(REQUESTS_AT_A_TIME)),
        agent: agent.build().into(),
        found: Lock::default(),
    });
    crawl.visit(&start, &mut *crawl.found.lock().await);
    let all_visited = task_group(R::default(), |workers| {
        let crawl = Arc::clone(&crawl);
        async move {
            for _ in 0..WORKERS {
                workers.spawn(work::<R>(Arc::clone(&crawl)));
            }
            crawl.pages.join().await;
            crawl.pages.close();
            Ok(())
        }
    });
    all_visited.await?;
    Ok(mem::take(&mut *crawl.found.lock().await))
}

async fn work<R: Runtime>(crawl: Arc<Crawl>) -> Result<(), Infallible> {
    while let Ok(page) = crawl.pages.pop().await {
        let permit = Arc::clone(&crawl.requests).acquire_owned().await.expect("nobody closes it");
        let (agent, url) = (crawl.agent.clone(), page.clone());
        let fetched = R::default().spawn_blocking(move || {
            // It ends with the request, and not when somebody stops waiting for that.
            let _permit = permit;
            fetch(&agent, &url)
        });
        crawl.file(page, fetched.await.expect("fetching does not panic")).await;
        crawl.pages.task_done().expect("once for each page");
    }
    Ok(())
}

impl Crawl {
    async fn file(&self, page: Url, links: Result<Vec<Link>, BoxError>) {
        let mut found = self.found.lock().await;
        let links = links.unwrap_or_else(|error| {
            found.report(&page, &*error);
            Vec::new()
        });
        for link in links {
            match link {
                Ok(link) => {
                    self.visit(&link, &mut found);
                    found.links.insert((page.clone(), link));
                }
                Err(error) => found.report(&page, &*error),
            }
        }
    }

    /// Queues a page of this host that was not seen before.
    fn visit(&self, link: &Url, found: &mut Found) {
        let mut page = link.clone();
        page.set_fragment(None);
        let ours = page.host() == self.start.host() && found.pages.len() < MAX_PAGES;
        if ours && found.pages.insert(page.clone()) {
            self.pages.try_push(page).expect("there is room for all");
        }
    }
}

impl Found {
    fn report(&mut self, page: &Url, error: &dyn Error) {
        self.errors += 1;
        eprintln!("{page}: {error}");
    }

    fn table(&self) -> String {
        let lines = self.links.iter().map(|(source, parsed)| format!("{source}\t{parsed}\n"));
        ["source_url\tparsed_url\n".to_owned()].into_iter().chain(lines).collect()
    }
}

/// An address, or why it is none.
type Link = Result<Url, BoxError>;

/// The links in the page at `url`. Blocks.
fn fetch(agent: &Agent, url: &Url) -> Result<Vec<Link>, BoxError> {
    let mut response = agent.get(url.as_str()).call()?;
    let base = Url::parse(&response.get_uri().to_string())?;
    match response.body().mime_type() {
        Some("text/html" | "application/xhtml+xml") => {}
        other => return Err(format!("no HTML but {}", other.unwrap_or("of unknown type")).into()),
    }
    Ok(links(&base, &response.body_mut().read_to_vec()?))
}

fn links(base: &Url, html: &[u8]) -> Vec<Link> {
    let mut emitter = DefaultEmitter::default();
    // What stands in a script is no markup.
    emitter.naively_switch_states(true);
    let mut links = Vec::new();
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        let Token::StartTag(tag) = token else { continue };
        let Some(href) = tag.attributes.get(b"href".as_slice()).filter(|_| *tag.name == b"a") else {
            continue;
        };
        let href = String::from_utf8_lossy(href);
        links.push(base.join(&href).map_err(|error| format!("the link {href:?}: {error}").into()));
    }
    links
}
