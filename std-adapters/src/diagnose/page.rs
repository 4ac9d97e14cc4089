//! The page around the picture.

use super::picture::{escaped, picture};
use super::{dump, scene};

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">
<title>Who waits for whom</title>
<link rel=\"icon\" href=\"data:,\">
<style>
:root{color-scheme:light dark}
body{font:14px/1.5 system-ui,sans-serif;margin:1.5rem auto;max-width:75rem;padding:0 1rem}
h1{font-size:1.2rem}svg{width:100%;height:auto}
pre{overflow-x:auto;font-size:12px}
p{margin:.5rem 0}
</style></head><body>
<h1>Who waits for whom</h1>
";

/// Asks for the picture again and again. It says so if the program is gone, and goes on asking.
const REFRESH: &str = "<script>
const graph = document.getElementById('graph'), state = document.getElementById('state');
let count = 0;
async function refresh() {
  try {
    const answer = await fetch('graph');
    if (answer.ok) { graph.innerHTML = await answer.text(); graph.dataset.refreshes = ++count; state.textContent = ''; }
  } catch { state.textContent = 'The program does not answer. This is the last picture of it.'; }
  setTimeout(refresh, 1000);
}
setTimeout(refresh, 1000);
</script>
<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>
";

/// The part of the page that changes.
pub(super) fn fragment() -> String {
    let count = scene::primitives().iter().map(|primitive| primitive.waits.len()).sum::<usize>();
    let summary = match count {
        0 => "Nobody waits for anything.".to_owned(),
        1 => "1 wait.".to_owned(),
        count => format!("{count} waits."),
    };
    format!("<p>{summary}</p>\n{}<pre>{}</pre>\n", picture(), escaped(&dump()))
}

/// A page with the [`picture`] of all waits and the text of [`dump`], as it is now: for a file. It needs no other file and no
/// network, and is readable in light and dark.
///
/// # Examples
/// ```
/// use anywake::diagnose;
///
/// let page = diagnose::page();
/// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<svg "));
/// std::fs::write(std::env::temp_dir().join("waits.html"), page).unwrap();
/// ```
#[must_use]
pub fn page() -> String {
    format!("{HEAD}<div id=\"graph\">{}</div>\n</body></html>\n", fragment())
}

/// The page that refreshes itself.
pub(super) fn refreshing() -> String {
    format!(
        "{HEAD}<p id=\"state\" role=\"status\"></p>\n<div id=\"graph\">{}</div>\n{REFRESH}</body></html>\n",
        fragment()
    )
}
