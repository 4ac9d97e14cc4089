//! The crawler as its users see it: what it fetches, writes and reports, and that it keeps its limit.

#[path = "../support/site.rs"]
mod site;

use core::net::Ipv4Addr;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{fs, str};

use site::Site;

/// How many requests at a time the crawler allows itself.
const LIMIT: usize = 3;

/// The links of the site, with `@` for its address.
const TABLE: &str = "\
source_url\tparsed_url
@/\thttp://127.0.0.1:1/
@/\t@/broken
@/\t@/list/1
@/\t@/list/2
@/\t@/list/3?sort=a&page=1
@/\t@/list/4#end
@/\t@/list/5
@/\t@/missing
@/\t@/old/
@/\t@/paper.pdf
@/\t@/slow
@/\thttp://elsewhere.example/
@/\tmailto:office@elsewhere.example
@/list/1\t@/
@/list/2\t@/
@/list/3?sort=a&page=1\t@/
@/list/4\t@/
@/list/5\t@/
@/old/\t@/new/item
";

/// The reports, sorted: what the operating system says of a port that nobody listens on is left out.
const REPORTS: [&str; 6] = [
    "@/: the link \"http://[half\": invalid IPv6 address",
    "@/broken: http status: 500",
    "@/missing: http status: 404",
    "@/paper.pdf: no HTML but application/pdf",
    "@/slow: timeout: global",
    "http://127.0.0.1:1/: io",
];

#[test]
fn on_tokio() {
    crawls_the_site_that_it_is_given("tokio");
    crawls_its_own_site_without_one("tokio");
}

#[test]
fn on_async_std() {
    crawls_the_site_that_it_is_given("async-std");
    crawls_its_own_site_without_one("async-std");
}

#[test]
fn on_smol() {
    crawls_the_site_that_it_is_given("smol");
    crawls_its_own_site_without_one("smol");
}

fn crawls_the_site_that_it_is_given(runtime: &str) {
    let site = Site::start(LIMIT).unwrap();
    let (address, file) = (site.address(), result_file(runtime));
    let output = crawler(&[runtime, address, &file]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(site.most_requests(), LIMIT);
    assert_eq!(table(&file, address), TABLE);
    assert_eq!(reports(&output, address), REPORTS);
    let expected = format!("# Crawl of {address}/\n13 pages, 19 links, 6 errors\nThe links are in {file}\n");
    assert_eq!(str::from_utf8(&output.stdout).unwrap(), expected);
}

fn crawls_its_own_site_without_one(runtime: &str) {
    let output = crawler(&[runtime]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let printed: Vec<_> = str::from_utf8(&output.stdout).unwrap().lines().collect();
    let [heading, counts, limit, file] = printed[..] else { panic!("{output:?}") };
    let address = heading.strip_prefix("# Crawl of ").and_then(|url| url.strip_suffix('/')).unwrap();
    assert_eq!(counts, "13 pages, 19 links, 6 errors");
    assert_eq!(limit, "The site has seen 3 requests at a time.");
    let file = file.strip_prefix("The links are in ").unwrap();
    assert_eq!(table(file, address), TABLE);
    assert_eq!(reports(&output, address), REPORTS);
    fs::remove_file(file).unwrap();
}

#[test]
fn start_that_does_not_answer_is_reported() {
    // Free again when the listener is dropped.
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let (url, file) = (format!("http://127.0.0.1:{port}/"), result_file("nothing"));
    let output = crawler(&["smol", &url, &file]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "source_url\tparsed_url\n");
    let report = str::from_utf8(&output.stderr).unwrap();
    assert!(report.starts_with(&format!("{url}: io: ")), "{report}");
}

#[test]
fn wrong_url_is_exit_code_1_with_a_message() {
    let output = crawler(&["smol", "no url"]);
    assert_eq!(output.status.code(), Some(1));
    let message = str::from_utf8(&output.stderr).unwrap();
    assert_eq!(message, "crawler: \"no url\" is no URL: relative URL without a base\n");
    assert!(output.stdout.is_empty());
}

#[test]
fn result_that_cannot_be_written_is_exit_code_1_with_a_message() {
    let output = crawler(&["smol", "http://127.0.0.1:1/", env!("CARGO_TARGET_TMPDIR")]);
    assert_eq!(output.status.code(), Some(1));
    let message = str::from_utf8(&output.stderr).unwrap();
    assert!(message.lines().any(|line| line.starts_with("crawler: ")), "{message}");
}

fn crawler(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_crawler")).args(arguments).output().unwrap()
}

/// Where that run's result goes; nothing is there yet.
fn result_file(name: &str) -> String {
    let file: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("crawled-{name}.tsv"));
    if file.exists() {
        fs::remove_file(&file).unwrap();
    }
    file.into_os_string().into_string().unwrap()
}

fn table(file: &str, address: &str) -> String {
    fs::read_to_string(file).unwrap().replace(address, "@")
}

fn reports(output: &Output, address: &str) -> Vec<String> {
    let reports = str::from_utf8(&output.stderr).unwrap().replace(address, "@");
    let mut reports: Vec<_> = reports
        .lines()
        .map(|line| match line.split_once("io: ") {
            Some((before, _)) => format!("{before}io"),
            None => line.to_owned(),
        })
        .collect();
    reports.sort_unstable();
    reports
}
